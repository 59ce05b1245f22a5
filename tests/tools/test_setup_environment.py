"""What a set-up does again, and what it leaves alone."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tools.setup import environment as module
from tools.setup.console import SetupError
from tools.setup.environment import Environment
from tools.setup.locks import alone_in
from tools.setup.wrapper import write_wrapper

CHECKOUT = Path(__file__).parents[2]
ALL = ["venv", "packages", "project"]


@pytest.fixture
def checkout(tmp_path):
    for file in ("requirements-dev.txt", "pyproject.toml", "provider/pulumi_ssm_maintenance/_version.py"):
        path = tmp_path / "a checkout" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("first")
    return tmp_path / "a checkout"


@pytest.fixture
def done(monkeypatch):
    """What set-ups do from here on, with a step that fails when its name is put into `done.failing`."""
    steps = Steps()
    monkeypatch.setattr(module.subprocess, "run", steps)
    return steps


class Steps(list):
    def __init__(self):
        super().__init__()
        self.failing = ""

    def __call__(self, command, **settings):
        step = self.name(list(map(str, command)))
        if step != "look":
            self.append(step)
        if step == "venv":
            shutil.rmtree(command[-1], ignore_errors=True)
            Path(command[-1], "bin").mkdir(parents=True)
        return subprocess.CompletedProcess(command, int(step == self.failing))

    @staticmethod
    def name(command):
        marks = {"venv": "venv", "--requirement": "packages", "--editable": "project", "import pip": "look"}
        return next(step for mark, step in marks.items() if mark in command)


def set_up(checkout, done):
    done.clear()
    Environment(checkout).prepare()
    return list(done)


def test_a_second_set_up_does_nothing(checkout, done):
    assert set_up(checkout, done) == ALL
    assert set_up(checkout, done) == []


def test_changed_requirements_create_the_environment_again(checkout, done):
    set_up(checkout, done)
    (checkout / "requirements-dev.txt").write_text("second")
    assert set_up(checkout, done) == ALL


def test_a_changed_project_file_installs_the_project_only(checkout, done):
    set_up(checkout, done)
    (checkout / "pyproject.toml").write_text("second")
    assert set_up(checkout, done) == ["project"]


@pytest.mark.parametrize(("step", "again"), [("venv", ALL), ("packages", ALL), ("project", ["project"])])
def test_unfinished_steps_of_a_set_up_are_repeated(checkout, done, step, again):
    done.failing = step
    with pytest.raises(SetupError):
        set_up(checkout, done)
    done.failing = ""
    assert set_up(checkout, done) == again


def test_an_environment_with_a_broken_python_is_created_again(checkout, done):
    set_up(checkout, done)
    done.failing = "look"
    assert set_up(checkout, done) == ALL


def test_a_moved_checkout_is_set_up_again_because_scripts_contain_its_path(checkout, done):
    set_up(checkout, done)
    assert set_up(checkout.rename(checkout.with_name("moved")), done) == ALL


def test_packages_are_installed_only_when_their_hashes_are_right(checkout, monkeypatch):
    commands = []
    monkeypatch.setattr(Environment, "_run", lambda self, *command, cure: commands.append(command))
    Environment(checkout)._make()
    assert "--require-hashes" in commands[-1]


def test_the_wrapper_gives_programs_the_python_beside_it_and_passes_arguments_on(tmp_path):
    engine = tmp_path / "the cache's engine" / "pulumi"
    engine.parent.mkdir()
    engine.write_text('#!/bin/sh\nprintf "%s\\n" "$PULUMI_PYTHON_CMD" "$@"\n')
    engine.chmod(0o755)
    wrapper = tmp_path / "a checkout" / ".venv" / "bin" / "pulumi"
    wrapper.parent.mkdir(parents=True)
    write_wrapper(wrapper, engine)
    answer = subprocess.run(
        ["./bin/pulumi", "up", "two words"], cwd=wrapper.parents[1], capture_output=True, text=True, check=True
    )
    assert answer.stdout.splitlines() == [str(wrapper.with_name("python")), "up", "two words"]


def test_the_wrapper_follows_the_engine_to_another_version(tmp_path):
    wrapper = tmp_path / "pulumi"
    write_wrapper(wrapper, Path("/old/pulumi"))
    write_wrapper(wrapper, Path("/new/pulumi"))
    assert "/new/pulumi" in wrapper.read_text()
    assert [path.name for path in tmp_path.iterdir()] == ["pulumi"]


def test_two_set_ups_of_one_folder_wait_for_each_other(tmp_path):
    program = (
        "import sys; from pathlib import Path; from tools.setup.locks import alone_in\n"
        f"with alone_in(Path({str(tmp_path)!r})): print('mine')"
    )
    with alone_in(tmp_path):
        other = subprocess.Popen(
            [sys.executable, "-c", program], cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert "Waiting for another set-up" in other.stderr.readline()
    out, _ = other.communicate(timeout=30)
    assert out == "mine\n"


@pytest.fixture
def on_path(tmp_path, monkeypatch):
    """Put a script on a PATH that has nothing else but what the shell script itself uses."""
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "dirname").symlink_to("/usr/bin/dirname")

    def put(name, text):
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)

    return put


def start():
    return subprocess.run(["/bin/sh", "tools/setup.sh"], cwd=CHECKOUT, capture_output=True, text=True, check=False)


def test_the_set_up_runs_on_the_first_python_that_is_new_enough(on_path):
    on_path("python3", "exit 1")
    on_path("python3.13", 'echo "3.13 runs $*"')
    on_path("python3.11", 'echo "3.11 runs $*"')
    assert start().stdout.splitlines()[-1] == "3.13 runs -E -m tools.setup"


def test_without_a_suitable_python_the_set_up_says_which_to_install(on_path):
    on_path("python3", "exit 1")
    refused = start()
    assert refused.returncode == 1
    assert "needs Python 3.11 or newer" in refused.stderr
    assert "apt install python3" in refused.stderr
