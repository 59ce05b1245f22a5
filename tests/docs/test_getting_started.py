"""The page for the first five minutes, followed literally: its files are written, and its commands are run.

With `WHEEL`, a built wheel is installed into the environment that the page makes: `make build` does so. Otherwise the
installation is left out, and the checkout's own environment serves.
"""

import os
import re
import sys
import sysconfig
from pathlib import Path

import pytest
from tests.docs.pages import ROOT
from tests.docs.shell import run_shell

from pulumi_ssm_maintenance.testing.engine.installation import engine_environment, find_engine

PAGE = (ROOT / "docs" / "getting-started.md").read_text()
STEP = re.compile(r"(?:^`([\w.]+)`,[^\n]*\n(?:[^\n`]+\n)?\n)?^```(sh|yaml|python)\n(.*?)^```", re.MULTILINE | re.DOTALL)
WHEEL = os.environ.get("WHEEL")
# Questions are answered with yes. The local AWS stands in for the account.
PULUMI = """#!/bin/sh
case "$1" in up|destroy) set -- "$@" --yes;; esac
exec '{engine}' "$@" --non-interactive
"""
WHERE = "import pulumi_ssm_maintenance as it; print(it.__file__)"


@pytest.fixture
def desk(local_aws, tmp_path, _plugins_home):
    """Run commands as a user does, who has `pulumi` and nothing else of this package's."""
    commands, backend, folder = (tmp_path / name for name in ("bin", "backend", "work"))
    for one in (commands, backend, folder):
        one.mkdir()
    (commands / "pulumi").write_text(PULUMI.format(engine=find_engine()))
    (commands / "pulumi").chmod(0o755)
    environment = engine_environment(_plugins_home, backend, local_aws.env)
    path = [str(commands), *([] if WHEEL else [str(Path(sys.executable).parent)]), os.environ["PATH"]]
    environment["PATH"] = ":".join(path)
    if WHEEL:
        del environment["PULUMI_PYTHON_CMD"]
        offline = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_FIND_LINKS": Path(WHEEL).resolve().parent.as_uri()}
        environment |= offline

    def run(text):
        """Run commands in a shell of their own."""
        return run_shell(text, run.folder, environment)

    run.folder = folder
    return run


def test_the_page_leads_to_a_rehearsed_night_and_to_a_task_in_an_account(desk, local_aws):
    steps = STEP.findall(PAGE)
    assert [name or language for name, language, _ in steps] == [
        *("sh", "Pulumi.yaml", "__main__.py", "sh", "sh", "sh")
    ]
    install, project, program, rehearse, deploy, destroy = (text for _, _, text in steps)
    activate = ". venv/bin/activate\n" if WHEEL else ""
    desk(install if WHEEL else "mkdir patching")
    if WHEEL:
        borrow_packages(desk.folder / "venv")
        assert desk(activate + f"python -c '{WHERE}'").startswith(str(desk.folder / "venv"))
    (desk.folder / "patching" / "Pulumi.yaml").write_text(project)
    (desk.folder / "patching" / "__main__.py").write_text(program)

    night = desk(activate + rehearse)
    (shown,) = re.findall(r"^```text\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert without_dates(night) == without_dates(shown)
    assert (desk.folder / "night.html").exists()

    desk(activate + deploy)
    ssm = local_aws.client("ssm", "eu-central-1")
    (window,) = ssm.describe_maintenance_windows()["WindowIdentities"]
    (task,) = ssm.describe_maintenance_window_tasks(WindowId=window["WindowId"])["Tasks"]
    assert task["TaskArn"] == "AWS-RunPatchBaseline"

    desk(f"{activate}cd patching\n{destroy}")
    assert ssm.describe_maintenance_windows()["WindowIdentities"] == []


def without_dates(night):
    """A night without what differs from run to run: the end of the window's name, and the day."""
    return re.sub(r"weekly-\w{7}|\d{4}-\d\d-\d\d", "…", night).strip()


def borrow_packages(environment):
    """Let an environment use the packages of this one: to download what the wheel needs again would prove nothing.

    Python ignores .pth files in a folder that a .pth file adds, so the checkout is not on the path.
    """
    (packages,) = environment.glob("lib/*/site-packages")
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
