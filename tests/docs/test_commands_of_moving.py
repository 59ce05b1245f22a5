"""The commands of the pages about adopting and moving, run as they stand: on the real engine and the local AWS.

What no test can have (pip, Terraform, CloudFormation) is a stand-in that notes how it was called. Every question is
answered with yes.
"""

import json
import os
import re
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.docs.pages import ROOT, snippets
from tests.docs.shell import run_shell
from tests.operations.adopt.seeded import CANARY
from tests.operations.adopt.terraform import states

from pulumi_ssm_maintenance.operations.adopt.engine import Engine
from pulumi_ssm_maintenance.testing.engine.installation import engine_environment

BIN = Path(sys.executable).parent
READING = ("Describe", "Get", "List")
ID_IN_PAGES = "mw-0c50858d01EXAMPLE"
PAGES = ("adopt.md", "move-from-cloudformation.md", "move-from-pulumi-aws.md", "move-from-terraform.md")
STAND_INS = {
    "ssm-maintenance": """
        note ssm-maintenance "$@"
        case "$*" in *--apply*|*--undo*) set -- "$@" --yes;; esac
        '{bin}/ssm-maintenance' "$@" || { code=$?; [ "$*" = adopt ] && [ $code = 2 ] || exit $code; }
    """,
    "pulumi": """
        case "$1" in up|import) set -- "$@" --yes;; esac
        exec '{bin}/pulumi' "$@" --non-interactive
    """,
    "pip": 'note pip "$@"',
    "aws": 'note aws "$@"',
    "terraform": """
        note terraform "$@"
        if [ "$2" = pull ]; then cat '{folder}/terraform.tfstate'; fi
    """,
}


@dataclass
class Desk:
    """A folder to work in, and the commands that a user has."""

    folder: Path
    environment: dict[str, str] = field(repr=False)

    def run(self, commands):
        """Run commands in one shell, and give the output."""
        return run_shell(commands, self.folder, self.environment)

    @property
    def calls(self):
        """How the stand-ins were called, a line each."""
        return (self.folder.parent / "calls").read_text().splitlines()

    def engine(self, folder):
        return Engine(self.folder / folder, "prod")


@pytest.fixture
def desk(local_aws, tmp_path, _plugins_home, monkeypatch):
    backend, commands, folder = (tmp_path / name for name in ("backend", "bin", "work"))
    for one in (backend, commands, folder):
        one.mkdir()
    (tmp_path / "calls").touch()
    for name, script in STAND_INS.items():
        text = script.replace("{bin}", str(BIN)).replace("{folder}", str(folder))
        note = f"note() {{ printf '%s\\n' \"$*\" >> '{tmp_path / 'calls'}'; }}"
        (commands / name).write_text(f"#!/bin/bash\n{note}\n{text}\n")
        (commands / name).chmod(0o755)
    environment = engine_environment(_plugins_home, backend, local_aws.env)
    environment["PATH"] = f"{commands}:{os.environ['PATH']}"
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return Desk(folder, environment)


@pytest.fixture
def window(local_aws):
    """A window with a target and two tasks, one of them with a secret."""
    ssm = local_aws.client("ssm")
    window = ssm.create_maintenance_window(
        Name="nightly",
        Schedule="rate(1 day)",
        Duration=4,
        Cutoff=1,
        AllowUnassociatedTargets=False,
        Tags=[{"Key": "aws:cloudformation:stack-name", "Value": "legacy"}],
    )["WindowId"]
    target = ssm.register_target_with_maintenance_window(
        WindowId=window, Name="web", ResourceType="INSTANCE", Targets=[{"Key": "tag:Role", "Values": ["web"]}]
    )["WindowTargetId"]
    ssm.register_task_with_maintenance_window(
        WindowId=window,
        Name="patch",
        TaskType="RUN_COMMAND",
        TaskArn="AWS-RunPatchBaseline",
        Targets=[{"Key": "WindowTargetIds", "Values": [target]}],
        MaxConcurrency="10%",
        MaxErrors="0",
        TaskInvocationParameters={"RunCommand": {"Parameters": {"Operation": ["Install"]}}},
    )
    ssm.register_task_with_maintenance_window(
        WindowId=window,
        Name="report",
        TaskType="LAMBDA",
        TaskArn="report",
        TaskInvocationParameters={"Lambda": {"Payload": json.dumps({"key": CANARY}).encode()}},
    )
    local_aws.clear_requests()
    return window


def commands_of(page, window=ID_IN_PAGES):
    """The shell blocks of a page, with the id of a window that exists."""
    return [it.text.replace(ID_IN_PAGES, window) for it in snippets("sh") if it.page == ROOT / "docs" / page]


def written(local_aws):
    return [call.operation for call in local_aws.requests() if not call.operation.startswith(READING)]


def assert_adopted(engine, local_aws):
    engine.run("preview", "--expect-no-changes")
    assert written(local_aws) == []
    assert CANARY not in engine.run("stack", "export")


def test_every_block_of_the_pages_is_run_below():
    assert {page: len(commands_of(page)) for page in PAGES} == {
        "adopt.md": 5,
        "move-from-cloudformation.md": 5,
        "move-from-pulumi-aws.md": 1,
        "move-from-terraform.md": 4,
    }


def test_adopting_what_exists(desk, window, local_aws):
    adopt, *_ = commands_of("adopt.md", window)
    shown = desk.run(adopt)
    assert "The preview is empty: the program declares what AWS holds." in shown
    assert desk.calls[0] == "pip install pulumi-ssm-maintenance[cli,components]"
    assert_adopted(desk.engine("patching"), local_aws)
    (undo,) = re.findall(r"`(ssm-maintenance adopt --undo [^`]*prod)`", (ROOT / "docs/adopt.md").read_text())
    assert "removed from the state of stack prod; AWS was not called." in desk.run(undo)
    assert desk.engine("patching").resources() == ()
    assert written(local_aws) == []


def test_adopting_by_the_program(desk, window, local_aws):
    _, by_code, again, *_ = commands_of("adopt.md", window)
    desk.run(by_code)
    assert len(desk.engine("patching").resources()) > 4
    assert "import_" in (desk.folder / "patching" / "__main__.py").read_text()
    assert "The preview is empty: the program declares what AWS holds." in desk.run(again)
    assert "import_" not in (desk.folder / "patching" / "__main__.py").read_text()
    assert_adopted(desk.engine("patching"), local_aws)


def test_adopting_from_several_regions(desk, local_aws):
    for region in ("eu-west-1", "us-east-1"):
        local_aws.client("ssm", region).create_maintenance_window(
            Name=region,
            Schedule="rate(1 day)",
            Duration=4,
            Cutoff=1,
            AllowUnassociatedTargets=True,
            Tags=[{"Key": "team", "Value": "platform"}],
        )
    *_, regions, _ = commands_of("adopt.md")
    # Each command of this block is one way to select; the others need further accounts.
    assert "patching: 2 windows" in desk.run(regions.splitlines()[0])


def test_adopting_into_a_program_that_exists(desk, window, local_aws):
    desk.run(f"ssm-maintenance adopt {window} --out patching && cd patching && pulumi stack init prod")
    desk.run("cd patching && pulumi config set --secret report-payload '{}' && pulumi config set aws:region us-east-1")
    *_, into = commands_of("adopt.md", window)
    desk.folder /= "patching"
    shown = desk.run(into)
    assert "Nothing was changed: --apply imports them." in shown
    assert "4 resources imported into stack prod." in shown
    assert written(local_aws) == ["UpdateMaintenanceWindowTask"]  # the payload that the configuration has


def test_moving_from_cloudformation(desk, window, local_aws):
    adopt, listing, retain, without, check = commands_of("move-from-cloudformation.md")
    desk.run(adopt)
    for commands in (listing, retain, without, check):
        desk.run(commands)
    assert [line.split()[2] for line in desk.calls if line.startswith("aws")] == [
        "list-stack-resources",
        "update-stack",
        "update-stack",
    ]
    assert_adopted(desk.engine("patching"), local_aws)
    assert "## Leave the CloudFormation stack legacy" in (desk.folder / "patching" / "ADOPTED.md").read_text()


def managed(ssm, window):
    """The state of a Terraform configuration that manages a window."""
    (target,) = ssm.describe_maintenance_window_targets(WindowId=window)["Targets"]
    tasks = ssm.describe_maintenance_window_tasks(WindowId=window)["Tasks"]
    return [
        states.Instance(states.WINDOW, "this", window, module='module.patch["web"]'),
        states.Instance(states.TARGET, "this", target["WindowTargetId"], window, module='module.patch["web"]'),
        *(
            states.Instance(states.TASK, "all", one["WindowTaskId"], window, module='module.patch["web"]', key=name)
            for one in tasks
            for name in [one["Name"]]
        ),
    ]


@pytest.mark.parametrize("block", [0, 1])
def test_moving_from_terraform(desk, window, local_aws, block):
    instances = managed(local_aws.client("ssm"), window)
    local_aws.clear_requests()
    (desk.folder / "terraform.tfstate").write_text(states.stored(*instances))
    *adopt, release, plan = commands_of("move-from-terraform.md")
    assert "release.sh" in desk.run(adopt[block])
    (desk.folder / "terraform").mkdir()
    desk.run(f"cd terraform\n{release}\n{plan}")
    assert [line.removeprefix("terraform state rm ") for line in desk.calls if " rm " in line] == [
        one.address for one in instances
    ]
    assert desk.calls[-1] == "terraform plan"
    assert_adopted(desk.engine("patching"), local_aws)
    names = {one.name for one in desk.engine("patching").resources()}
    assert names >= {"patch-web", "patch-web-all-patch", "patch-web-all-report"}


def test_moving_from_pulumi_aws(desk, local_aws):
    shutil.copytree(ROOT / "examples/adopt", desk.folder / "infrastructure")
    desk.folder /= "infrastructure"
    desk.run("pulumi stack init prod && pulumi config set aws:region us-east-1 && pulumi up --skip-preview")
    before = {one.name: one.id for one in Engine(desk.folder, "prod").resources()}
    desk.run("pulumi config set moved true")
    local_aws.clear_requests()
    (move,) = commands_of("move-from-pulumi-aws.md")
    desk.run(move)
    resources = {one.name: one for one in Engine(desk.folder, "prod").resources()}
    assert (resources["patch"].id, resources["patch"].type) == (
        before["patch"],
        "pulumi-python:dynamic/ssm:MaintenanceWindowTask",
    )
    assert written(local_aws) == []
