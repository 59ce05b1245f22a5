"""Adopting into a stack, on the real engine: nothing at AWS is written, nothing is left to change."""

import io
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests import soak
from tests.operations.adopt.seeded import CANARY, make_windows
from tests.operations.adopt.terraform import states
from tests.operations.adopt.terraform.states import shown, stored

from pulumi_ssm_maintenance.operations.adopt.engine import Engine, _executable

pytestmark = pytest.mark.usefixtures("engine")

WRITING = ("Add", "Create", "Delete", "Deregister", "Modify", "Put", "Register", "Remove", "Set", "Update")


@pytest.fixture
def assert_untouched(local_aws):
    """Demand that nothing was written at AWS since the log was cleared."""

    def check():
        assert [call.operation for call in local_aws.requests() if call.operation.startswith(WRITING)] == []

    return check


def assert_adopted(folder, stack="prod"):
    """Demand that the stack holds what the folder adopts, that nothing is left to do, and that no secret is shown."""
    engine = Engine(folder, stack)
    adopted = json.loads((folder / "adopted.json").read_text())["resources"]
    held = {(one.type, one.name, one.id): one for one in engine.resources()}
    # Providers get their ids in the import.
    adopted = [one for one in adopted if one["id"]]
    assert {(one["type"], one["name"], one["id"].rpartition("/")[2]) for one in adopted} <= held.keys()
    engine.run("preview", "--expect-no-changes")
    refreshed = engine.run("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    assert CANARY not in refreshed
    assert not (folder / "import.json").exists()
    assert [path for path in folder.parent.rglob("*") if path.is_file() and CANARY in path.read_text("latin-1")] == []


def new_window(ssm, name):
    window = ssm.create_maintenance_window(
        Name=name, Schedule="rate(1 day)", Duration=4, Cutoff=1, AllowUnassociatedTargets=True
    )["WindowId"]
    ssm.register_task_with_maintenance_window(
        WindowId=window, Name=f"{name}-tidy", TaskType="AUTOMATION", TaskArn="Acme-Tidy"
    )
    return window


def tree(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "__pycache__"}


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(soak.bound("ADOPT_STACKS", short=1, long=10)))
def test_seeded_windows_are_adopted_with_an_empty_preview(
    ssm_maintenance, ssm, local_aws, tmp_path, assert_untouched, seed, record_property
):
    windows = make_windows(ssm, seed, 20)
    local_aws.clear_requests()
    folder = tmp_path / "patching"
    arguments = ("adopt", *windows, "--out", folder, "--apply", "--stack", "prod", "--yes")
    ran = ssm_maintenance(*arguments)
    assert ran.code == 0, ran.err + ran.out
    assert "The preview is empty: the program declares what AWS holds.\n" in ran.out
    assert CANARY not in ran.out + ran.err
    assert_adopted(folder)

    before = tree(folder)
    again = ssm_maintenance(*arguments)
    assert (again.code, "Nothing to adopt: stack prod holds them all.\n" in again.out) == (0, True), again.err
    assert tree(folder) == before
    assert_untouched()
    soak.count(record_property, "windows adopted", len(windows))


RECORDING = """#!/bin/sh
printf '%s\\n' "$*" >> '{log}'
exec '{engine}' "$@"
"""


def test_all_secrets_are_set_by_one_command_that_shows_none(ssm_maintenance, ssm, tmp_path, monkeypatch):
    window = ssm.create_maintenance_window(
        Name="nightly", Schedule="rate(1 day)", Duration=4, Cutoff=1, AllowUnassociatedTargets=True
    )["WindowId"]
    for number in range(3):
        ssm.register_task_with_maintenance_window(
            WindowId=window,
            Name=f"report-{number}",
            TaskType="LAMBDA",
            TaskArn="report",
            TaskInvocationParameters={"Lambda": {"Payload": f'{{"key": "{CANARY}"}}'.encode()}},
        )
    recording, log = tmp_path / "pulumi", tmp_path / "log"
    recording.write_text(RECORDING.format(log=log, engine=_executable()))
    recording.chmod(0o755)
    monkeypatch.setattr("pulumi_ssm_maintenance.operations.adopt.engine._executable", lambda: str(recording))
    folder = tmp_path / "patching"
    ran = ssm_maintenance("adopt", window, "--out", folder, "--apply", "--stack", "prod", "--yes")
    assert ran.code == 0, ran.err
    commands = log.read_text().splitlines()
    assert [line.split()[1] for line in commands if line.startswith("config set")] == ["set", "set-all"]
    assert CANARY not in log.read_text()
    assert_adopted(folder)


def test_values_of_any_size_and_shape_are_set(tmp_path):
    (tmp_path / "Pulumi.yaml").write_text("name: any\nruntime: python\n")
    engine = Engine(tmp_path, "prod")
    engine.open_stack()
    values = {
        "any:lines": " first\nsecond = 2\n",
        "any:quotes": """{"it's": "a \\"quote\\""}""",
        "any:letters": "naïve ⛭ $HOME `date`",
        **{f"any:large-{number}": str(number) * 40_000 for number in range(3)},
        "any:largest": "x" * 300_000,
    }
    engine.configure(values, secret=True)
    assert engine.configuration() == values
    assert "x" * 100 not in (tmp_path / "Pulumi.prod.yaml").read_text()


def test_a_terraform_state_is_adopted_with_its_names(
    ssm_maintenance, ssm, local_aws, tmp_path, assert_untouched, monkeypatch
):
    instances, windows = [], make_windows(ssm, seed=11, count=3)
    for number, window in enumerate(windows):
        module = f'module.windows["{number}"]'
        instances.append(states.Instance(states.WINDOW, "this", window, module=module))
        for kind, listed, id_ in (
            (states.TARGET, ssm.describe_maintenance_window_targets(WindowId=window)["Targets"], "WindowTargetId"),
            (states.TASK, ssm.describe_maintenance_window_tasks(WindowId=window)["Tasks"], "WindowTaskId"),
        ):
            instances += [
                states.Instance(kind, "all", one[id_], window, module=module, key=key) for key, one in enumerate(listed)
            ]
    assert len(instances) > 8
    folder = tmp_path / "patching"
    monkeypatch.setattr("sys.stdin", io.StringIO(shown(*instances)))
    local_aws.clear_requests()
    apply = ("--apply", "--stack", "prod", "--yes", "--format", "json")
    ran = ssm_maintenance("adopt", "--from-terraform", "-", "--out", folder, *apply)
    assert ran.code == 0, ran.err + ran.out
    assert CANARY not in ran.out + ran.err
    assert_adopted(folder)
    assert_untouched()
    shown_ = json.loads(ran.out)
    assert shown_["terraform"] == [one.address for one in instances]
    assert {one["name"] for one in shown_["resources"]} >= {"windows-0", "windows-1", "windows-2"}
    released = [shlex.split(line)[3] for line in (folder / "release.sh").read_text().splitlines() if line[:1] == "t"]
    assert released == [one.address for one in instances]
    assert "## Leave Terraform" in (folder / "ADOPTED.md").read_text()

    monkeypatch.setattr("sys.stdin", io.StringIO(stored(*instances)))
    other = tmp_path / "stored" / "patching"
    other.parent.mkdir()
    ran = ssm_maintenance("adopt", "--from-terraform", "-", "--out", other, "--format", "json")
    assert json.loads(ran.out)["terraform"] == shown_["terraform"]
    written = ("__main__.py", "adopted.json", "release.sh")
    assert [(other / name).read_text() for name in written] == [(folder / name).read_text() for name in written]


def test_windows_of_several_regions_and_accounts_come_into_one_program(
    ssm_maintenance, local_aws, tmp_path, assert_untouched
):
    account, role = "210987654321", "arn:aws:iam::210987654321:role/reader"
    make_windows(local_aws.client("ssm"), seed=11, count=3)
    make_windows(local_aws.client("ssm", "eu-west-1"), seed=12, count=3)
    make_windows(local_aws.client("ssm", "eu-west-1", account=account), seed=13, count=2)
    accounts = tmp_path / "accounts.txt"
    own = "arn:aws:iam::123456789012:role/reader"
    accounts.write_text(f"# ours\n123456789012 {own} us-east-1,eu-west-1\n{account} {role} eu-west-1\n")
    local_aws.clear_requests()
    folder = tmp_path / "patching"
    options = ("--all", "--out", folder, "--apply", "--stack", "prod", "--yes")
    ran = ssm_maintenance("adopt", "--accounts", accounts, *options)
    assert ran.code == 0, ran.err + ran.out
    assert f'role_arn="{role}"' in (folder / "__main__.py").read_text()
    assert_adopted(folder)
    # As after an interruption: what is missing in the stack is imported, with the providers that it holds.
    engine = Engine(folder, "prod")
    engine.forget((next(one.urn for one in engine.resources() if one.type.endswith("MaintenanceWindowTask")),))
    again = ssm_maintenance("adopt", "--accounts", accounts, *options)
    assert (again.code, "1 resource imported into stack prod.\n" in again.out) == (0, True), again.err
    again = ssm_maintenance("adopt", "--accounts", accounts, *options)
    assert (again.code, "Nothing to adopt: stack prod holds them all.\n" in again.out) == (0, True), again.err
    assert ssm_maintenance("adopt", "--undo", folder, "--stack", "prod", "--yes").code == 0
    assert Engine(folder, "prod").resources() == ()
    assert_untouched()


def test_the_code_of_the_program_adopts_with_reads_alone(ssm_maintenance, ssm, local_aws, tmp_path, assert_untouched):
    windows = make_windows(ssm, seed=4, count=3)
    local_aws.clear_requests()
    folder = tmp_path / "patching"
    arguments = ("adopt", *windows, "--out", folder, "--apply", "--stack", "prod", "--yes")
    ran = ssm_maintenance(*arguments, "--style", "code")
    assert ran.code == 0, ran.err + ran.out
    adopted = json.loads((folder / "adopted.json").read_text())["resources"]
    assert f"Stack prod is set up: `pulumi up` adopts {len(adopted)} resources, and does nothing else.\n" in ran.out
    assert not (folder / "import.json").exists()
    engine = Engine(folder, "prod")
    assert engine.resources() == ()

    engine.run("up", "--yes", "--skip-preview")
    assert_untouched()
    again = ssm_maintenance(*arguments, "--style", "code")
    assert (again.code, "Nothing to adopt: stack prod holds them all.\n" in again.out) == (0, True), again.err
    # Without the options that adopt, nothing is left to change.
    assert ssm_maintenance(*arguments, "--style", "import", "--force").code == 0
    assert "import_" not in (folder / "__main__.py").read_text()
    assert_adopted(folder)
    assert_untouched()


def test_a_terraform_state_of_two_regions_is_adopted_into_one_stack(
    ssm_maintenance, local_aws, tmp_path, assert_untouched
):
    regions = ("us-east-1", "eu-west-1")
    windows = {region: new_window(local_aws.client("ssm", region), region) for region in regions}
    (tmp_path / "state").mkdir()
    instances = [
        states.Instance(states.WINDOW, "this", window, module=f'module.all["{region}"]', attributes={"region": region})
        for region, window in windows.items()
    ]
    (tmp_path / "state" / "terraform.tfstate").write_text(stored(*instances))
    folder = tmp_path / "patching"
    apply = ("--apply", "--stack", "prod", "--yes")
    local_aws.clear_requests()
    ran = ssm_maintenance("adopt", "--from-terraform", tmp_path / "state/terraform.tfstate", "--out", folder, *apply)
    assert ran.code == 0, ran.err + ran.out
    held = {one.name: one.id for one in Engine(folder, "prod").resources()}
    assert (held["all-us-east-1"], held["all-eu-west-1"]) == tuple(windows.values())
    Engine(folder, "prod").run("preview", "--expect-no-changes")
    assert_untouched()


def test_what_was_adopted_is_a_stack_like_any_other(ssm_maintenance, ssm, window, tmp_path, local_aws):
    task = ssm.register_task_with_maintenance_window(
        WindowId=window, Name="tidy", TaskType="AUTOMATION", TaskArn="Acme-Tidy", ServiceRoleArn="arn:aws:iam::1:role/r"
    )["WindowTaskId"]
    folder = tmp_path / "patching"
    ran = ssm_maintenance("adopt", window, "--out", folder, "--no-protect", "--apply", "--stack", "prod", "--yes")
    assert ran.code == 0, ran.err
    program = folder / "__main__.py"
    alarm = 'name="tidy",\n    alarm_configuration={"alarms": [{"name": "errors-high"}]},\n'
    program.write_text(program.read_text().replace('name="tidy",\n', alarm))
    local_aws.clear_requests()
    engine = Engine(folder, "prod")
    engine.run("up", "--yes", "--skip-preview")
    writing = [call.operation for call in local_aws.requests() if call.operation.startswith(WRITING)]
    assert writing == ["UpdateMaintenanceWindowTask"]
    held = ssm.get_maintenance_window_task(WindowId=window, WindowTaskId=task)
    assert held["AlarmConfiguration"]["Alarms"] == [{"Name": "errors-high"}]
    engine.run("destroy", "--yes", "--skip-preview")
    assert ssm.describe_maintenance_windows()["WindowIdentities"] == []


def test_undo_restores_the_stack(ssm_maintenance, ssm, local_aws, tmp_path, assert_untouched):
    first, second = (new_window(ssm, name) for name in ("first", "second"))
    folder, other = tmp_path / "first", tmp_path / "second"
    options = ("--project", "shared", "--no-protect", "--apply", "--stack", "prod", "--yes")
    local_aws.clear_requests()
    assert ssm_maintenance("adopt", first, "--out", folder, *options).code == 0
    before = {(one.urn, one.id) for one in Engine(folder, "prod").resources()}
    # The preview of the second program alone would delete what the first one declares.
    ran = ssm_maintenance("adopt", second, "--out", other, *options)
    assert ran.code == 3, ran.err
    assert f"ssm-maintenance adopt --undo {other} --stack prod" in ran.out
    assert "delete MaintenanceWindow first" in ran.out

    assert ssm_maintenance("adopt", "--undo", other, "--stack", "prod", "--yes").code == 0
    assert {(one.urn, one.id) for one in Engine(folder, "prod").resources()} == before
    assert ssm_maintenance("adopt", "--undo", folder, "--stack", "prod", "--yes").code == 0
    assert Engine(folder, "prod").resources() == ()
    assert_untouched()


def test_another_object_under_the_same_name_is_refused(ssm_maintenance, ssm, window, tmp_path):
    folder = tmp_path / "patching"
    options = ("--project", "shared", "--apply", "--stack", "prod", "--yes")
    assert ssm_maintenance("adopt", window, "--out", folder, *options).code == 0
    twin = ssm.create_maintenance_window(
        Name="nightly", Schedule="rate(1 day)", Duration=4, Cutoff=1, AllowUnassociatedTargets=True
    )["WindowId"]
    ran = ssm_maintenance("adopt", twin, "--out", tmp_path / "twin", *options)
    assert ran.code == 2
    assert f"stack prod holds {window} as 'nightly', and {twin} would get the same name" in ran.err

    renamed = ssm.update_maintenance_window(WindowId=window, Name="weekly")["WindowId"]
    ran = ssm_maintenance("adopt", renamed, "--out", tmp_path / "renamed", *options)
    assert ran.code == 2
    assert f"stack prod holds {window} already, as 'nightly' and not as 'weekly'" in ran.err


def test_a_stack_of_another_region_is_refused_before_anything_is_imported(ssm_maintenance, local_aws, tmp_path):
    (there,) = make_windows(local_aws.client("ssm", "eu-west-1"), seed=6, count=1)
    (here,) = make_windows(local_aws.client("ssm"), seed=5, count=1)
    options = ("--project", "shared", "--apply", "--stack", "prod", "--yes")
    folder = tmp_path / "here"
    assert ssm_maintenance("adopt", here, "--out", folder, *options).code == 0
    before = Engine(folder, "prod").resources()
    (tmp_path / "there").mkdir()
    (folder / "Pulumi.prod.yaml").rename(tmp_path / "Pulumi.prod.yaml")
    ran = ssm_maintenance("adopt", there, "--region", "eu-west-1", "--out", tmp_path / "there", "--project", "shared")
    assert ran.code == 0
    (tmp_path / "Pulumi.prod.yaml").rename(tmp_path / "there" / "Pulumi.prod.yaml")
    ran = ssm_maintenance("adopt", there, "--region", "eu-west-1", "--out", tmp_path / "there", *options)
    assert ran.code == 2
    assert "stack prod is set to us-east-1 (aws:region), and the windows are in eu-west-1" in ran.err
    assert Engine(tmp_path / "there", "prod").resources() == before


def test_windows_of_an_account_that_the_stack_does_not_allow_are_refused(ssm_maintenance, window, tmp_path):
    folder = tmp_path / "patching"
    assert ssm_maintenance("adopt", window, "--out", folder).code == 0
    engine = Engine(folder, "prod")
    engine.open_stack()
    engine.configure({"aws:allowedAccountIds": '["210987654321"]'})
    ran = ssm_maintenance("adopt", window, "--out", folder, "--apply", "--stack", "prod", "--yes")
    assert ran.code == 2
    assert "the windows are in account 123456789012, which stack prod does not allow (aws:allowedAccountIds" in ran.err
    assert engine.resources() == ()


def test_an_old_engine_is_refused_by_its_version(ssm_maintenance, window, tmp_path, monkeypatch):
    old = tmp_path / "bin" / "pulumi"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho v3.200.0\n")
    old.chmod(0o755)
    monkeypatch.setattr("pulumi_ssm_maintenance.operations.adopt.engine._executable", lambda: str(old))
    ran = ssm_maintenance("adopt", window, "--out", tmp_path / "new", "--apply", "--stack", "prod", "--yes")
    assert ran.code == 2
    assert "Pulumi v3.200.0 is too old to import tasks: it takes 3.259.0 or newer" in ran.err


@pytest.mark.soak
@pytest.mark.parametrize("round_", range(soak.bound("ADOPT_KILLS", short=1, long=12)))
def test_the_next_run_finishes_a_killed_one(
    ssm_maintenance, ssm, local_aws, tmp_path, assert_untouched, round_, record_property
):
    windows = make_windows(ssm, seed=20 + round_, count=2)
    local_aws.clear_requests()
    folder = tmp_path / "patching"
    arguments = ("adopt", *windows, "--out", str(folder), "--apply", "--stack", "prod", "--yes")
    delays = (0.5, 1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16) if soak.bound("ADOPT_KILLS", short=1, long=12) > 1 else (3,)
    running = subprocess.Popen(
        [sys.executable, "-m", "pulumi_ssm_maintenance", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    time.sleep(delays[round_])
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    if (Path(os.environ["PULUMI_BACKEND_URL"].removeprefix("file://").partition("?")[0]) / ".pulumi/locks").exists():
        subprocess.run([Path(sys.executable).with_name("pulumi"), "cancel", "--yes", "prod"], cwd=folder, check=False)
    ran = ssm_maintenance(*arguments)
    assert ran.code == 0, ran.err + ran.out
    assert_adopted(folder)
    assert_untouched()
    soak.count(record_property, "adoptions killed and finished")


def test_the_permissions_in_the_docs_are_those_that_are_used(ssm_maintenance, ssm, local_aws, tmp_path):
    windows = make_windows(ssm, seed=3, count=4)
    local_aws.clear_requests()
    ssm_maintenance("adopt")
    assert ssm_maintenance("adopt", *windows, "--out", tmp_path / "new").code == 0
    called = {f"{call.service}:{call.operation}" for call in local_aws.requests()}
    page = (Path(__file__).parents[2] / "docs" / "adopt.md").read_text()
    policy = json.loads(page.partition("```json\n")[2].partition("```")[0])
    assert called == {*policy["Statement"][0]["Action"], "sts:GetCallerIdentity"}


def test_the_commands_of_the_page_that_is_written_do_the_same(ssm, ssm_maintenance, local_aws, tmp_path, monkeypatch):
    windows = make_windows(ssm, seed=2, count=3)
    folder = tmp_path / "patching"
    assert ssm_maintenance("adopt", *windows, "--out", folder).code == 0
    commands = (folder / "ADOPTED.md").read_text().partition("```sh\n")[2].partition("```")[0]
    assert "config set --secret" in commands
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    subprocess.run(["bash", "-euo", "pipefail", "-c", commands], cwd=folder, check=True, capture_output=True)
    assert_adopted(folder)
