"""Runs the Python of runbooks in a child process of its own, which knows the local AWS and nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from itertools import count
from selectors import EVENT_READ, DefaultSelector
from typing import TYPE_CHECKING, Any, Self

from pulumi_ssm_maintenance.simulation import ActionError, RehearsalError, ScriptResult

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pulumi_ssm_maintenance.simulation import Script, ScriptWork, Surroundings

from datetime import timedelta

LONGEST = 60.0
"""Seconds of real time that a script may work without a sleep."""
_WORKER = "pulumi_ssm_maintenance.testing.local_aws.rehearsal.script_worker"
_KEPT = ("PATH", "LANG", "LC_ALL", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
"""The variables of this process that Python needs. All others stay out: they may be secret."""


class ScriptProcess:
    """A child process that runs scripts one at a time; it starts with the first one."""

    def __init__(self, *, longest: float = LONGEST) -> None:
        self._longest = longest
        self._process: subprocess.Popen[str] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._numbers = count()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def run(self, around: Surroundings, script: Script, environment: Mapping[str, str]) -> ScriptWork:
        """Run a script; its sleeps are waits of the night."""
        if not script.runtime.lower().startswith("python"):
            raise ActionError(f"{script.where}: a rehearsal runs Python, and no {script.runtime}")
        number = next(self._numbers)
        request = {
            "code": script.code,
            "where": script.where,
            "handler": script.handler.rpartition(".")[2],
            "payload": script.payload,
            "environment": dict(environment),
        }
        event = self._ask(number, around.now, request, script)
        try:
            while "sleep" in event:
                now = yield timedelta(seconds=event["sleep"])
                event = {}  # while it is being asked, it does not sleep
                event = self._ask(number, now, {"wanted": True}, script)
        finally:
            if "sleep" in event:  # nobody waits for it any more
                self._ask(number, around.now, {"wanted": False}, script)
        if "error" in event:
            raise ActionError(event["error"])
        return ScriptResult(event["payload"], event["log"])

    def stop(self) -> None:
        """End the process, if it runs."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _ask(self, number: int, now: datetime, request: Mapping[str, Any], script: Script) -> dict[str, Any]:
        process = self._started()
        assert process.stdin is not None  # noqa: S101  # a pipe was asked for
        assert process.stdout is not None  # noqa: S101  # as above
        process.stdin.write(json.dumps({"number": number, "now": now.timestamp(), **request}, default=str) + "\n")
        process.stdin.flush()
        with DefaultSelector() as selector:
            selector.register(process.stdout, EVENT_READ)
            ready = selector.select(self._longest)
        line = process.stdout.readline() if ready else ""
        if not line:
            self.stop()
            why = f"has worked for {self._longest:g} s without an end" if not ready else "has ended its process"
            raise RehearsalError(f"{script.where}: its script {why}")
        event: dict[str, Any] = json.loads(line)
        return event

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None:
            self._folder = tempfile.TemporaryDirectory(prefix="rehearsal-scripts-")
            kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
            self._process = subprocess.Popen(  # noqa: S603  # this interpreter runs this package
                [sys.executable, "-m", _WORKER],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env={**kept, "HOME": self._folder.name, "PYTHONDONTWRITEBYTECODE": "1"},
                cwd=self._folder.name,
                start_new_session=True,
            )
        return self._process
