"""The processes of one engine run: those in the session that it was started in."""

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_SECONDS_TO_DIE = 5.0


@dataclass(frozen=True, slots=True)
class SessionProcess:
    """A live process of a session."""

    pid: int
    """The process id."""
    command: str
    """The command line."""


def session_processes(session: int) -> list[SessionProcess]:
    """List the live processes of `session`; process groups would not do, since each plugin has its own."""
    commands = _proc_commands() if _PROC.is_dir() else _ps_commands()
    return [SessionProcess(pid, line) for pid, line in commands.items() if _session_of(pid) == session]


def kill(processes: list[SessionProcess]) -> None:
    """Kill `processes` without a warning, as a power cut would."""
    for process in processes:
        try:
            os.kill(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def kill_session(session: int) -> None:
    """Kill all processes of `session`, and wait until they are gone."""
    deadline = time.monotonic() + _SECONDS_TO_DIE
    while (alive := session_processes(session)) and time.monotonic() < deadline:
        kill(alive)
        time.sleep(0.01)


def _session_of(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except (ProcessLookupError, PermissionError):
        return None


def _proc_commands() -> dict[int, str]:
    """Read the command lines from /proc, where a zombie process has none."""
    commands = {}
    for folder in _PROC.iterdir():
        if folder.name.isdigit():
            try:
                line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if line:
                commands[int(folder.name)] = line
    return commands


def _ps_commands() -> dict[int, str]:
    listing = subprocess.run(
        ["ps", "-A", "-o", "pid=,state=,command="],  # noqa: S607 - POSIX's own name, there is no fixed path
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    rows = (line.split(None, 2) for line in listing.splitlines())
    return {int(row[0]): row[2] for row in rows if len(row) == 3 and not row[1].startswith("Z")}
