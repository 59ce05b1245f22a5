"""The child process that runs scripts of runbooks, by itself."""

import os
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from pulumi_ssm_maintenance.simulation import Script, ScriptResult
from pulumi_ssm_maintenance.testing.local_aws.rehearsal.scripts import ScriptProcess

resource = pytest.importorskip("resource", reason="Windows has no such limit")
MOST_OF_SELECT = 1024


@pytest.fixture
def many_open_files():
    """Open so many files that those of the child get numbers which `select` does not take."""
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < 2 * MOST_OF_SELECT:
        pytest.skip("this shell allows too few open files")
    with ExitStack() as files:
        number = 0
        while number <= MOST_OF_SELECT:
            number = files.enter_context(closing(open(os.devnull))).fileno()  # noqa: PTH123, SIM115 - many of them
        yield


@pytest.mark.usefixtures("many_open_files")
def test_a_script_runs_in_a_process_with_a_thousand_open_files():
    night = SimpleNamespace(now=datetime(2026, 12, 12, 1, tzinfo=UTC))
    script = Script("step x", "python3.11", "handler", "def handler(events, context):\n    return {'a': 1}\n", {})
    with ScriptProcess() as scripts, pytest.raises(StopIteration) as ended:
        next(scripts.run(night, script, {}))
    assert isinstance(ended.value.value, ScriptResult)
    assert ended.value.value.payload == {"a": 1}
