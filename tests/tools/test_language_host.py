"""Python programs on the engine that the set-up provides, started by the command line."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
HOST = CHECKOUT / "tools" / "engine" / "launchers" / "language_host.py"
PULUMI = Path(sys.executable).with_name("pulumi")

PROGRAM = """
import os
import neighbour
import pulumi
from pulumi.dynamic import CreateResult, Resource, ResourceProvider

class Answers(ResourceProvider):
    def create(self, props):
        return CreateResult("one", {**props})

class Answer(Resource):
    value: pulumi.Output[int]

    def __init__(self, name, value):
        super().__init__(Answers(), name, {"value": value})

pulumi.export("answer", Answer("answer", neighbour.VALUE).value)
pulumi.export("folder", os.getcwd())
"""


@pytest.fixture
def project(tmp_path):
    """A project in a path with a space, whose program stands in a folder of its own."""
    folder = tmp_path / "a project"
    program = folder / "programs" / "one"
    program.mkdir(parents=True)
    (folder / "Pulumi.yaml").write_text("name: tiny\nruntime: python\nmain: programs/one\n")
    (program / "neighbour.py").write_text("VALUE = 42\n")
    (program / "__main__.py").write_text(PROGRAM)
    (tmp_path / "the state").mkdir()
    return folder


@pytest.fixture
def pulumi(project, tmp_path):
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PULUMI_")},
        "PULUMI_BACKEND_URL": f"file://{tmp_path}/the state",
        "PULUMI_CONFIG_PASSPHRASE": "any",
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }

    def run(*arguments):
        command = [PULUMI, "--non-interactive", "--color=never", *arguments]
        return subprocess.run(
            command, cwd=project, env=environment, capture_output=True, text=True, check=False, timeout=120
        )

    assert run("stack", "init", "dev").returncode == 0
    return run


def test_a_program_in_a_sub_folder_is_run_changed_nothing_and_destroyed(pulumi, project):
    up = pulumi("up", "--yes")
    assert up.returncode == 0, up.stdout + up.stderr
    assert "from $PATH" not in up.stdout + up.stderr
    assert pulumi("stack", "output", "answer").stdout.strip() == "42"
    assert pulumi("stack", "output", "folder").stdout.strip() == str(project / "programs" / "one")
    assert pulumi("up", "--yes", "--expect-no-changes").returncode == 0
    assert pulumi("refresh", "--yes", "--expect-no-changes").returncode == 0
    assert pulumi("destroy", "--yes").returncode == 0


def test_a_program_that_fails_shows_its_own_traceback_and_fails_the_command(pulumi, project):
    (project / "programs" / "one" / "__main__.py").write_text("def inner():\n    return {}['missing']\n\n\ninner()\n")
    preview = pulumi("preview")
    assert preview.returncode != 0
    assert preview.stdout.count("KeyError: 'missing'") == 1
    assert "line 5, in <module>\n" in preview.stdout
    assert "line 2, in inner\n" in preview.stdout
    assert "runpy" not in preview.stdout


def test_the_host_ends_when_its_engine_is_killed():
    # The shell stands for the engine. Both hold the pipe open, so that it ends when the last of them has left.
    shell = ["/bin/sh", "-c", '"$@" & wait', "engine", sys.executable, "-uP", HOST, "127.0.0.1:1"]
    with subprocess.Popen(shell, stdout=subprocess.PIPE, text=True) as engine:
        assert int(engine.stdout.readline())
        engine.kill()
        assert engine.communicate(timeout=30) == ("", None)


def test_the_host_ends_when_the_engine_asks_it_to():
    with subprocess.Popen([sys.executable, "-uP", HOST, "127.0.0.1:1"], stdout=subprocess.PIPE, text=True) as host:
        assert int(host.stdout.readline())
        host.send_signal(signal.SIGTERM)
    assert host.returncode == 0
