"""One run of the engine."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from .events import EngineError, OperationResult, read_result
from .processes import SessionProcess, kill, kill_session, session_processes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from .inline_program import ServedProgram

TIMEOUT = 300.0
"""Seconds that an operation may take by default."""

# The standard input of this script ends with this process, however that ends. The plugins end with the engine.
_KILL_ENGINE_AFTERWARDS = 'read -r _; kill -9 "$0"'


class RunningOperation:
    """An engine run in the background, which a test may interrupt."""

    def __init__(
        self, command: Sequence[str], env: Mapping[str, str], cwd: Path, notes: Path, served: ServedProgram | None
    ) -> None:
        """Start the run."""
        self.command = command[1]
        self._log, self._events = notes.with_suffix(".log"), notes.with_suffix(".events")
        self._served = served
        self.ended = False
        arguments = [*command, "--event-log", str(self._events)]
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(  # noqa: S603 - the engine that find_engine found
                arguments,
                cwd=cwd,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._watcher = subprocess.Popen(  # noqa: S603 - as above
            ["/bin/sh", "-c", _KILL_ENGINE_AFTERWARDS, str(self.process.pid)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def output(self) -> str:
        """Return what the engine has printed so far."""
        return self._log.read_text(errors="replace")

    def kill(self) -> OperationResult:
        """Kill the engine and all its plugins at once, as a power cut does."""
        kill_session(self.process.pid)
        return self._end()

    def kill_engine(self) -> None:
        """Kill the engine only; its plugins may complete their current calls, until `kill`."""
        self.process.kill()
        self.process.wait()

    def processes(self) -> list[SessionProcess]:
        """List the live processes: the engine and its plugins."""
        return session_processes(self.process.pid)

    def kill_plugin(self, marker: str) -> int:
        """Kill the plugins with `marker` in their command line and return how many; the engine continues."""
        plugins = [item for item in self.processes() if item.pid != self.process.pid]
        found = [item for item in plugins if marker in item.command]
        kill(found)
        return len(found)

    def wait(self, timeout: float = TIMEOUT) -> OperationResult:
        """Wait for the end of the run.

        Raises:
            EngineError: the engine failed, or did not end in `timeout` seconds and was killed.
        """
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise EngineError(f"did not end in {timeout:g} s and was killed", self.kill()) from None
        except BaseException:
            self.kill()
            raise
        result = self._end()
        if result.returncode:
            raise EngineError(f"failed with code {result.returncode}", result)
        return result

    def _end(self) -> OperationResult:
        returncode = self.process.wait()
        self._watcher.kill()
        self._watcher.communicate()
        kill_session(self.process.pid)
        if self._served and not self.ended:
            self._served.close(cut_off=returncode != 0)
        self.ended = True
        events = self._events.read_text(errors="replace") if self._events.exists() else ""
        return read_result(self.command, returncode, self.output(), events)
