"""The process that runs the scripts of runbooks, each in a thread of its own, one at a time.

It reads a line of JSON for each thing to do and writes one for each thing that happened. A script that sleeps says so,
and goes on when it is told to, so that virtual time can pass. It reaches no host but this machine, and its environment
holds nothing but the local AWS.
"""

from __future__ import annotations

import builtins
import datetime as dt
import io
import json
import os
import sys
import time as real_time
import traceback
from contextlib import redirect_stdout
from functools import cache
from queue import SimpleQueue
from threading import Thread
from types import CodeType, ModuleType
from typing import Any

import boto3

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_LONGEST_MESSAGE = 1000


class _Abandoned(BaseException):
    """Ends a script that nobody waits for any more."""


class _Clock:
    """The virtual time of the script that runs now."""

    def __init__(self) -> None:
        self.now = 0.0


_clock = _Clock()
_running: dict[int, _Running] = {}


class _IsDatetime(type):
    """Lets a real time be an instance of the class that scripts see."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, dt.datetime)


class _Datetime(dt.datetime, metaclass=_IsDatetime):
    """`datetime.datetime` at the virtual time."""

    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> Any:
        return cls.fromtimestamp(_clock.now, tz or dt.UTC).replace(tzinfo=tz)

    @classmethod
    def utcnow(cls) -> Any:
        return cls.now(dt.UTC).replace(tzinfo=None)

    @classmethod
    def today(cls) -> Any:
        return cls.now()


class _Date(dt.date):
    """`datetime.date` at the virtual time."""

    @classmethod
    def today(cls) -> Any:
        return _Datetime.now().date()


def _modules(running: _Running) -> dict[str, ModuleType]:
    """The modules that scripts get in place of the real ones."""
    time, datetime = ModuleType("time"), ModuleType("datetime")
    vars(time).update(vars(real_time))
    vars(datetime).update(vars(dt))
    vars(time).update(time=lambda: _clock.now, monotonic=lambda: _clock.now, perf_counter=lambda: _clock.now)
    vars(time).update(time_ns=lambda: int(_clock.now * 1e9), sleep=running.sleep)
    vars(datetime).update(datetime=_Datetime, date=_Date)
    return {"time": time, "datetime": datetime}


class _Running:
    """A script in its thread."""

    def __init__(self, number: int, request: dict[str, Any]) -> None:
        self._number = number
        self._request = request
        self._go_on: SimpleQueue[bool] = SimpleQueue()
        self.events: SimpleQueue[dict[str, Any]] = SimpleQueue()
        self._thread = Thread(target=self._run, daemon=True)
        self.start = self._thread.start

    def sleep(self, seconds: float) -> None:
        """Let virtual time pass."""
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        self.events.put({"sleep": seconds})
        if not self._go_on.get():
            raise _Abandoned

    def resume(self, *, wanted: bool) -> None:
        """Wake the script, or end it."""
        self._go_on.put(wanted)

    def join(self) -> None:
        self._thread.join(timeout=1)

    def _run(self) -> None:
        log = io.StringIO()
        try:
            with redirect_stdout(log):
                payload = json.dumps(self._call(), default=str)
            self.events.put({"payload": json.loads(payload), "log": log.getvalue()})
        except _Abandoned:
            pass
        except BaseException as error:  # noqa: BLE001 - a script may raise anything, and each is its failure
            text = "".join(traceback.format_exception_only(error)).strip()[:_LONGEST_MESSAGE]
            self.events.put({"error": text, "log": log.getvalue()})

    def _call(self) -> Any:
        request = self._request
        modules = _modules(self)

        def import_(name: str, *rest: Any) -> Any:
            return modules[name] if name in modules else builtins.__import__(name, *rest)

        module = {"__name__": "script", "__builtins__": {**vars(builtins), "__import__": import_}}
        exec(_compiled(request["code"], request["where"]), module)  # noqa: S102 - the user's own script
        handler = module.get(request["handler"])
        if not callable(handler):
            raise TypeError(f"the script has no function {request['handler']!r}")
        return handler(request["payload"], {})


@cache
def _compiled(code: str, where: str) -> CodeType:
    return compile(code, where, "exec")


def _share_clients() -> None:
    """Make a client once for all scripts that ask for the same one: making one takes longer than most scripts."""
    make, clients = boto3.client, dict[str, Any]()

    def client(*args: Any, **settings: Any) -> Any:
        shown = {name: vars(value) if name == "config" else value for name, value in settings.items()}
        account = [os.environ.get(name) for name in ("AWS_ACCESS_KEY_ID", "AWS_REGION", "AWS_ENDPOINT_URL")]
        key = repr((args, shown, account))
        if key not in clients:
            boto3.setup_default_session()
            clients[key] = make(*args, **settings)
        return clients[key]

    boto3.client = client


def _guard(event: str, args: tuple[Any, ...]) -> None:
    """Let nothing connect to another machine, and start no process."""
    if event == "socket.connect" and isinstance(args[1], tuple) and args[1][0] not in _LOOPBACK:
        raise PermissionError("a script of a rehearsal reaches the local AWS and no other host")
    if event in {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty"}:
        raise PermissionError("a script of a rehearsal starts no process")


def main() -> None:
    """Do what the lines of standard input ask for, until they end."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    _share_clients()
    sys.addaudithook(_guard)
    for line in sys.stdin:
        request = json.loads(line)
        number = request["number"]
        _clock.now = request["now"]
        if "code" in request:
            os.environ.update(request["environment"])
            running = _running[number] = _Running(number, request)
            running.start()
        else:
            running = _running[number]
            running.resume(wanted=request["wanted"])
        if request.get("wanted", True):
            event = running.events.get()
        else:
            running.join()
            event = {}
        if "sleep" not in event:
            _running.pop(number, None)
        answers.write(json.dumps(event) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
