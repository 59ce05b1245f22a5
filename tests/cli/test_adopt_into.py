"""Adopting into a program that exists, on the real engine: components take over what they would have made."""

import json
import shutil
from pathlib import Path

import pytest
from tests.cli.test_adopt import WRITING
from tests.operations.adopt.seeded import CANARY

from pulumi_ssm_maintenance.operations.adopt.engine import Engine

pytestmark = pytest.mark.usefixtures("engine")

PROGRAM = """
import pulumi
import pulumi_aws as aws
from pulumi_ssm_maintenance import MaintenanceWindowTask, Provider

settings = {"region": "us-east-1"}
providers = [aws.Provider("us", **settings), Provider("us", **settings)]
team = pulumi.ComponentResource("acme:index:Team", "team", None, pulumi.ResourceOptions(providers=providers))
options = pulumi.ResourceOptions(parent=team)
window = aws.ssm.MaintenanceWindow(
    "window",
    name="nightly",
    schedule="rate(1 day)",
    duration=4,
    cutoff=1,
    allow_unassociated_targets=True,
    opts=options,
)
MaintenanceWindowTask(
    "report",
    window_id=window.id,
    task_type="LAMBDA",
    task_arn="report",
    task_invocation_parameters={"lambda_": {"payload": pulumi.Config().require_secret("payload")}},
    opts=options,
)
"""
PAYLOAD = json.dumps({"key": CANARY})
EXAMPLES = Path(__file__).parents[2] / "examples"


def patching_window(ssm, name="prod-patching", groups=("web-canary", "web")):
    """Make a window by hand that patches two groups, and give the ids of its parts."""
    window = ssm.create_maintenance_window(
        Name=name, Schedule="rate(7 days)", Duration=4, Cutoff=1, AllowUnassociatedTargets=False
    )["WindowId"]
    ids = [window]
    for priority, group in enumerate(groups):
        target = ssm.register_target_with_maintenance_window(
            WindowId=window, ResourceType="INSTANCE", Targets=[{"Key": "tag:Patch Group", "Values": [group]}]
        )["WindowTargetId"]
        task = patch(ssm, window, target, Priority=priority)
        ids += [target, task]
    return ids


def patch(ssm, window, target, **fields):
    return ssm.register_task_with_maintenance_window(
        WindowId=window,
        TaskType="RUN_COMMAND",
        TaskArn="AWS-RunPatchBaseline",
        Targets=[{"Key": "WindowTargetIds", "Values": [target]}],
        MaxConcurrency="1",
        MaxErrors="0",
        TaskInvocationParameters={"RunCommand": {"Parameters": {"Operation": ["Scan"]}}},
        **fields,
    )["WindowTaskId"]


@pytest.fixture
def project(tmp_path):
    """Copy an example and configure its stack; give what runs its program."""

    def copied(name):
        folder = tmp_path / name
        shutil.copytree(EXAMPLES / name, folder)
        engine = Engine(folder, "prod")
        engine.open_stack()
        engine.configure({"aws:region": "us-east-1"})
        return engine

    return copied


def keep_target_names(folder):
    """Let the program of an example keep the names of targets, as the docs say."""
    page = (EXAMPLES.parent / "docs" / "adopt.md").read_text()
    transform = page.partition("def keep_target_names")[2].partition("\n\n\n")[0]
    program = folder / "__main__.py"
    text = program.read_text().replace("errors = aws.", f"def keep_target_names{transform}\n\n\nerrors = aws.", 1)
    options = "opts=pulumi.ResourceOptions(transforms=[keep_target_names]),"
    program.write_text(
        text.replace('notify=["operations@example.com"],\n', f'notify=["operations@example.com"], {options}\n')
    )


def written(local_aws):
    return [call.operation for call in local_aws.requests() if call.operation.startswith(WRITING)]


def ids_of(engine):
    found = [one for one in engine.resources() if one.type.rpartition(":")[2].startswith("MaintenanceWindow")]
    return {one.id for one in found} - {""}


def test_a_patching_run_takes_over_a_window_with_its_targets_and_tasks(ssm_maintenance, ssm, local_aws, project):
    ids = patching_window(ssm)
    engine = project("patching_run")
    keep_target_names(engine.folder)
    local_aws.clear_requests()
    arguments = ("adopt", ids[0], "--into", engine.folder, "--stack", "prod", "--map", f"web-window={ids[0]}")
    shown = ssm_maintenance(*arguments)
    assert shown.code == 0, shown.err
    assert "Nothing was changed: --apply imports them.\n" in shown.out
    assert engine.resources() == ()

    ran = ssm_maintenance(*arguments, "--apply", "--yes")
    assert ran.code == 0, ran.err + ran.out
    assert ids_of(engine) == set(ids)
    assert written(local_aws) == []

    engine.run("up", "--yes", "--skip-preview")
    assert ids_of(engine) == set(ids)
    assert not [call for call in written(local_aws) if call.startswith(("Delete", "Deregister", "Register"))]
    engine.run("preview", "--expect-no-changes")
    held = ssm.describe_maintenance_window_targets(WindowId=ids[0])["Targets"]
    assert {one["OwnerInformation"] for one in held} == {"prod/canary", "prod/fleet"}
    again = ssm_maintenance(*arguments, "--apply", "--yes")
    assert (again.code, "Nothing to adopt: stack prod holds them all.\n" in again.out) == (0, True), again.err


@pytest.fixture
def team(tmp_path):
    """Write a program with a component, explicit providers and a secret; give what runs it."""
    folder = tmp_path / "team"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: team\nruntime: python\n")
    (folder / "__main__.py").write_text(PROGRAM)
    engine = Engine(folder, "prod")
    engine.open_stack()
    engine.configure({"payload": PAYLOAD}, secret=True)
    return engine


def report(ssm, window, **fields):
    return ssm.register_task_with_maintenance_window(
        WindowId=window,
        TaskType="LAMBDA",
        TaskArn="report",
        TaskInvocationParameters={"Lambda": {"Payload": PAYLOAD.encode()}},
        **fields,
    )["WindowTaskId"]


def test_components_explicit_providers_and_secrets_come_along_and_undo_takes_all_out(
    ssm_maintenance, ssm, window, local_aws, team, tmp_path
):
    ids = {window, report(ssm, window)}
    local_aws.clear_requests()
    options = ("--into", team.folder, "--stack", "prod", "--apply", "--yes")
    ran = ssm_maintenance("adopt", window, *options)
    assert ran.code == 0, ran.err + ran.out
    assert "The preview is empty: the program declares what AWS holds.\n" in ran.out
    assert ids_of(team) == ids
    team.run("up", "--yes", "--skip-preview", "--expect-no-changes")
    assert written(local_aws) == []
    assert CANARY not in ran.out + ran.err
    assert [path for path in tmp_path.rglob("*") if path.is_file() and CANARY in path.read_text("latin-1")] == []

    # As after an interruption: what is missing in the stack is imported, into the component that it holds.
    team.forget(tuple(one.urn for one in team.resources() if one.name == "report"))
    again = ssm_maintenance("adopt", window, *options)
    assert (again.code, "1 resource imported into stack prod.\n" in again.out) == (0, True), again.err
    again = ssm_maintenance("adopt", window, *options)
    assert (again.code, "Nothing to adopt" in again.out) == (0, True), again.err
    record = json.loads((team.folder / "adopted.prod.json").read_text())["resources"]
    assert {one["name"] for one in record} == {"us", "team", "window", "report"}

    ran = ssm_maintenance("adopt", "--undo", team.folder, "--stack", "prod", "--yes")
    assert ran.code == 0, ran.err
    assert team.resources() == ()
    assert not (team.folder / "adopted.prod.json").exists()
    assert written(local_aws) == []


def test_what_the_program_lacks_is_named_and_what_loses_its_id_is_a_finding(ssm_maintenance, ssm, window, team):
    report(ssm, window)
    other = ssm.register_task_with_maintenance_window(
        WindowId=window, Name="tidy", TaskType="AUTOMATION", TaskArn="Acme-Tidy"
    )["WindowTaskId"]
    program = team.folder / "__main__.py"
    changed = 'target = aws.ssm.MaintenanceWindowTarget("t", name="new", window_id=window.id, resource_type="INSTANCE"'
    selects = 'targets=[{"key": "tag:Role", "values": ["web"]}], opts=options'
    program.write_text(f"{program.read_text()}{changed}, {selects})\n")
    ssm.register_target_with_maintenance_window(
        WindowId=window, Name="old", ResourceType="INSTANCE", Targets=[{"Key": "tag:Role", "Values": ["web"]}]
    )
    options = ("--into", team.folder, "--stack", "prod", "--apply", "--yes", "--format", "json")
    ran = ssm_maintenance("adopt", window, *options)
    assert ran.code == 3, ran.err
    assert f"the program does not have task tidy, AUTOMATION Acme-Tidy, priority 0 ({other}) of nightly" in ran.err
    assert [one["urn"].rpartition("::")[2] for one in json.loads(ran.out)["lost"]] == ["t"]
    again = ssm_maintenance("adopt", window, *options, "--no-fail")
    assert again.code == 0, again.err


def test_a_window_of_another_region_or_of_another_resource_is_refused(ssm_maintenance, ssm, window, team, local_aws):
    there = local_aws.client("ssm", "eu-west-1").create_maintenance_window(
        Name="nightly", Schedule="rate(1 day)", Duration=4, Cutoff=1, AllowUnassociatedTargets=True
    )["WindowId"]
    options = ("--into", team.folder, "--stack", "prod", "--apply", "--yes")
    ran = ssm_maintenance("adopt", there, "--region", "eu-west-1", *options)
    assert ran.code == 2
    assert f"the program declares window in us-east-1, and {there} is in eu-west-1" in ran.err
    assert team.resources() == ()

    report(ssm, window)
    assert ssm_maintenance("adopt", window, *options, "--no-protect").code == 0
    program = team.folder / "__main__.py"
    program.write_text(program.read_text().replace('    "window",', '    "renamed",'))
    ran = ssm_maintenance("adopt", window, *options)
    assert ran.code == 2
    assert f"stack prod holds {window} already, as urn:pulumi:prod::team::acme:index:Team$aws:ssm" in ran.err
