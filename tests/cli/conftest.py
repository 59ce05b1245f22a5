"""The command line, on the real engine and a local AWS."""

from dataclasses import dataclass

import pytest

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


@pytest.fixture
def ssm(local_aws):
    return local_aws.client("ssm")


@pytest.fixture
def window(ssm):
    return ssm.create_maintenance_window(
        Name="nightly", Schedule="rate(1 day)", Duration=4, Cutoff=1, AllowUnassociatedTargets=True
    )["WindowId"]
