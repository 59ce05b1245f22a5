"""The command line, on the real engine and a local AWS."""

import io
import re
import sys
from dataclasses import dataclass

import pytest
from tests.live_windows import create_window

from pulumi_ssm_maintenance.cli import output
from pulumi_ssm_maintenance.cli.app import run
from pulumi_ssm_maintenance.testing.engine.installation import engine_environment


@dataclass(frozen=True)
class Ran:
    """What a run of the command line came to."""

    code: int
    out: str
    err: str


@pytest.fixture
def aws_environment(local_aws, monkeypatch):
    for name, value in local_aws.env.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def engine(local_aws, monkeypatch, tmp_path, _plugins_home):
    """An engine of the user's: a backend of its own, and the plugins that are installed."""
    (tmp_path / "backend").mkdir()
    for name, value in engine_environment(_plugins_home, tmp_path / "backend", local_aws.env).items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def ssm_maintenance(capsys, monkeypatch):
    """Run a command line, at a terminal of a fixed width that is none."""
    monkeypatch.setenv("COLUMNS", "200")

    def ran(*arguments):
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return ran


class Terminal(io.StringIO):
    """A terminal, as a program sees one."""

    def isatty(self):
        return True

    @property
    def shown(self):
        """What was written to it, without colours and movements."""
        return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", self.getvalue())


@pytest.fixture
def terminal(monkeypatch):
    """Run a command line whose standard output or standard error is a terminal, and give what that shows."""

    def ran(*arguments, stream="stdout", columns=80):
        drawn = Terminal()
        with monkeypatch.context() as patched:
            patched.setattr(sys, stream, drawn)
            patched.setenv("TERM", "xterm")
            patched.setenv("COLUMNS", str(columns))
            output._console.cache_clear()
            run([str(argument) for argument in arguments])
            output._console.cache_clear()
        return drawn.shown

    return ran


@pytest.fixture
def ssm(local_aws):
    return local_aws.client("ssm")


@pytest.fixture
def window(ssm):
    return create_window(ssm)
