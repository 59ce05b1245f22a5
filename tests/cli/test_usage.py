"""What does not need an engine: help, mistakes, and the files alone."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pulumi_ssm_maintenance import __version__
from pulumi_ssm_maintenance.testing import Fault

WITHOUT_EXTRA = """
import sys
sys.modules[{missing!r}] = None  # as where it is not installed
sys.argv = ["ssm-maintenance", "adopt", "--undo", "nothing", "--stack", "prod", "--yes"]
from pulumi_ssm_maintenance.cli import main
sys.exit(main())
"""


def test_the_module_is_the_command(aws_environment):
    done = subprocess.run(
        [sys.executable, "-m", "pulumi_ssm_maintenance", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{__version__}\n"


@pytest.mark.parametrize("missing", ["rich", "typer"])
def test_without_the_extra_one_line_says_what_to_install(missing):
    code = WITHOUT_EXTRA.format(missing=missing)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"ssm-maintenance needs {missing}: pip install 'pulumi-ssm-maintenance[cli]'\n"


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [(["--help"], "adopt"), (["adopt", "--help"], "Write a Pulumi program"), (["--version"], __version__)],
)
def test_help_loads_only_what_it_needs(arguments, shown):
    slow = ("boto3", "botocore", "dill", "google", "grpc", "pulumi", "pulumi_aws", "rich", "yaml")
    code = (
        f"import sys; from pulumi_ssm_maintenance.cli.app import run; run({arguments});"
        f"print([name for name in {slow} if name in sys.modules], len(sys.modules) < 400)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown in done.stdout
    assert done.stdout.endswith("[] True\n")


def test_the_library_loads_no_command_line():
    code = (
        "import sys; from pulumi_ssm_maintenance import MaintenanceWindowTask;"
        "print([name for name in ('typer', 'rich', 'click') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_without_a_window_those_that_exist_are_listed(aws_environment, ssm_maintenance, ssm, window):
    ssm.update_maintenance_window(WindowId=window, Enabled=False)
    ran = ssm_maintenance("adopt")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines()[0] == "error: no window was named; these exist:"
    assert ran.err.splitlines()[-1].split() == [window, "nightly", "rate(1", "day)", "disabled"]


def test_an_account_without_windows_gets_a_message(aws_environment, ssm_maintenance, local_aws):
    ran = ssm_maintenance("adopt")
    assert (ran.code, ran.err) == (2, "error: no window was named, and there is none in us-east-1\n")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["mw-0123456789abcdef0"], "--out DIR is missing"),
        (["mw-0123456789abcdef0", "--out", "new", "--apply"], "--apply needs --stack S"),
        (["--undo", "new"], "--undo needs --stack S"),
        (["--undo", "new", "--stack", "prod"], "give --yes"),
        (["--undo", "new", "--stack", "prod", "--yes"], "new holds no record of an adoption"),
        (["--nonsense"], "No such option"),
    ],
)
def test_a_mistake_in_the_arguments_is_code_2(aws_environment, ssm_maintenance, arguments, problem):
    ran = ssm_maintenance("adopt", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert problem in ran.err


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (None, "could not read maintenance window mw-0123456789abcdef0 in us-east-1: DoesNotExistException"),
        (Fault.access_denied(), "AccessDenied"),
        (Fault.expired_credentials(), "Check the credentials"),
    ],
)
def test_a_refusal_of_aws_is_one_line_and_nothing_is_written(
    aws_environment, ssm_maintenance, local_aws, tmp_path, fault, problem
):
    if fault:
        local_aws.inject(fault)
    ran = ssm_maintenance("adopt", "mw-0123456789abcdef0", "--out", tmp_path / "new")
    assert (ran.code, ran.out) == (1, "")
    *_progress, error = ran.err.splitlines()
    assert error.startswith("error: could not read")
    assert problem in error
    assert list(tmp_path.iterdir()) == []


def test_debug_gives_the_traceback(aws_environment, ssm_maintenance, local_aws, tmp_path):
    with pytest.raises(Exception, match="DoesNotExistException"):
        ssm_maintenance("adopt", "mw-0123456789abcdef0", "--out", tmp_path / "new", "--debug")


def test_an_unknown_profile_is_named(aws_environment, ssm_maintenance, tmp_path):
    ran = ssm_maintenance("adopt", "mw-0123456789abcdef0", "--out", tmp_path / "new", "--profile", "nobody")
    assert (ran.code, ran.out) == (1, "")
    assert "nobody" in ran.err


def test_files_alone_need_no_engine(aws_environment, ssm_maintenance, window, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    ran = ssm_maintenance("adopt", window, "--out", tmp_path / "new")
    assert ran.code == 0
    assert ran.out.splitlines()[0] == f"{tmp_path / 'new'}: 1 window, 0 targets, 0 tasks"
    again = ssm_maintenance("adopt", window, "--out", tmp_path / "new")
    assert (again.code, again.out.splitlines()[0]) == (0, f"{ran.out.splitlines()[0]} (as written before)")


def test_json_is_one_object_on_standard_output(aws_environment, ssm_maintenance, window, tmp_path):
    ran = ssm_maintenance("adopt", window, "--out", tmp_path / "new", "--format", "json")
    assert json.loads(ran.out) == {
        "schema": 1,
        "verb": "adopt",
        "folder": str(tmp_path / "new"),
        "project": "new",
        "resources": [{"type": "aws:ssm/maintenanceWindow:MaintenanceWindow", "name": "nightly", "id": window}],
        "warnings": [],
    }


@pytest.mark.parametrize(
    ("options", "selected"),
    [
        (["--all"], {"prod-web", "prod-db", "test-web"}),
        (["--name", "prod-*"], {"prod-web", "prod-db"}),
        (["--name", "prod-db", "--name", "test-*"], {"prod-db", "test-web"}),
        (["--tag", "team"], {"prod-web", "test-web"}),
        (["--tag", "team=web"], {"prod-web"}),
        (["--tag", "team", "--tag", "team=qa"], {"test-web"}),
        (["--enabled"], {"prod-web", "test-web"}),
        (["--name", "prod-*", "--enabled"], {"prod-web"}),
    ],
)
def test_windows_are_selected_by_name_tag_and_state(aws_environment, ssm_maintenance, ssm, tmp_path, options, selected):
    teams = {"prod-web": {"team": "web"}, "prod-db": {}, "test-web": {"team": "qa"}}
    for name, tags in teams.items():
        window = ssm.create_maintenance_window(
            Name=name,
            Schedule="rate(1 day)",
            Duration=4,
            Cutoff=1,
            AllowUnassociatedTargets=True,
            Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
        )["WindowId"]
        ssm.update_maintenance_window(WindowId=window, Enabled=name != "prod-db")
    ran = ssm_maintenance("adopt", *options, "--out", tmp_path / "new", "--format", "json")
    assert ran.code == 0, ran.err
    assert {one["name"] for one in json.loads(ran.out)["resources"]} == selected


def test_a_selection_without_a_matching_window_is_exit_code_2(aws_environment, ssm_maintenance, window, tmp_path):
    ran = ssm_maintenance("adopt", "--name", "nothing-*", "--out", tmp_path / "new")
    assert (ran.code, ran.err) == (2, "error: no window in us-east-1 is selected\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "could not read state: No such file or directory."),
        (b"\xff\xfe", "could not read state: it is not text."),
        (b"not json", "state is not JSON (line 1: Expecting value). Give a state (terraform state pull)"),
        (b'{"version": 3}', "state has version 3, allowed is 4"),
        (b'{"version": 4}', "state manages no aws_ssm_maintenance_window"),
    ],
)
def test_a_state_that_cannot_be_read_is_one_line_and_nothing_is_written(
    aws_environment, ssm_maintenance, tmp_path, monkeypatch, content, problem
):
    monkeypatch.chdir(tmp_path)
    if content is not None:
        Path("state").write_bytes(content)
    ran = ssm_maintenance("adopt", "--from-terraform", "state", "--out", "new")
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert problem in ran.err
    assert not Path("new").exists()


def test_ids_and_a_selection_exclude_each_other(aws_environment, ssm_maintenance, window, tmp_path):
    for options in (["--all"], ["--from-terraform", "state"]):
        ran = ssm_maintenance("adopt", window, *options, "--out", tmp_path / "new")
        assert (ran.code, ran.out) == (2, "")
        assert "give either ids of windows, or --name, --tag, --enabled and --all, or --from-terraform" in ran.err
