"""The account that is asked: every call goes through it, and none may touch what this run has not made."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from .operations import OPERATIONS, THROTTLED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .exchanges import Exchange, Recording
    from .transport import Answer, Transport

PREFIX = "first-contact-"
TAG = "first-contact-run"
ATTEMPTS = 6
"""How often a call is made that AWS throttles."""

# It lies so far ahead that a window never opens, even in the moment before it is disabled.
NEVER = "at(2099-01-01T00:00:00)"

_Found = TypeVar("_Found")


class ForeignNameError(Exception):
    """A call would have touched what this run has not made. Nothing was sent."""


class CannotAskError(Exception):
    """A call that a question depends on was refused, so that AWS has not answered it."""


class Account:
    """An account of AWS, for one run."""

    def __init__(self, transport: Transport, run: str, recording: Recording | None = None) -> None:
        """Take the way on which calls go, the id of the run, and where exchanges are written."""
        self.run = run
        self.question = ""
        """The question that is being asked."""
        self.region = ""
        self.account_id = ""
        self.made: list[tuple[str, str]] = []
        """What this run has made: the operation, and the id or the name."""
        self.removed: set[str] = set()
        """The ids and names of what it has removed again."""
        self.recording = recording
        self._transport = transport
        self._once: dict[str, Any] = {}

    @property
    def dry(self) -> bool:
        """Whether nothing is sent."""
        return self._transport.dry

    def name(self, what: str) -> str:
        """Give a name that belongs to this run."""
        return f"{PREFIX}{self.run}-{what}"

    @property
    def tags(self) -> list[dict[str, str]]:
        """The tag of everything that this run makes."""
        return [{"Key": TAG, "Value": self.run}]

    def ask(self, operation: str, **parameters: Any) -> Answer:
        """Make a call whose refusal is an answer too."""
        self._require_ours(operation, parameters)
        answer = self._send(operation, parameters, self._note)
        if answer.accepted:
            self._note_made(operation, parameters, answer)
        return answer

    def need(self, operation: str, **parameters: Any) -> Answer:
        """Make a call that must be accepted.

        Raises:
            CannotAskError: it was refused.
        """
        answer = self.ask(operation, **parameters)
        if not answer.accepted:
            raise CannotAskError(f"{operation}: {answer.code}: {answer.message}")
        return answer

    def ask_at_once(self, operation: str, requests: Sequence[dict[str, Any]]) -> list[Answer]:
        """Make calls at the same time, each once. They are recorded in this order."""
        for parameters in requests:
            self._require_ours(operation, parameters)
        send = partial(self._transport.send, self.question, operation)
        with ThreadPoolExecutor(1 if self.dry else max(1, len(requests))) as threads:
            results = list(threads.map(send, requests))
        self._note(*(exchange for _, exchange in results))
        return [answer for answer, _ in results]

    def look(self, operation: str, **parameters: Any) -> Answer:
        """Make a call of the clean-up. It is not recorded: the answer may list what belongs to others."""
        self._require_ours(operation, parameters)
        return self._send(operation, parameters, lambda _: None)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self._transport.sleep(seconds)

    def once(self, what: str, make: Callable[[Account], _Found]) -> _Found:
        """Do something for the first question that needs it, and give the result to the others too."""
        if what not in self._once:
            try:
                self._once[what] = make(self)
            except CannotAskError as error:
                self._once[what] = error
        found = self._once[what]
        if isinstance(found, CannotAskError):
            raise found
        return cast("_Found", found)

    @contextmanager
    def window(self, what: str = "window", **changes: Any) -> Iterator[str]:
        """Make a disabled window for one question, and delete it afterwards with all that is in it."""
        window_id = self.make_window(what, **changes)
        try:
            yield window_id
        finally:
            self.ask("DeleteMaintenanceWindow", WindowId=window_id)

    def make_window(self, what: str, **changes: Any) -> str:
        """Make a window and disable it at once. Its schedule never opens it."""
        properties = {
            "Name": self.name(what),
            "Schedule": NEVER,
            "Duration": 2,
            "Cutoff": 0,
            "AllowUnassociatedTargets": True,
            "Tags": self.tags,
        }
        window_id = str(self.need("CreateMaintenanceWindow", **{**properties, **changes})["WindowId"])
        self.need("UpdateMaintenanceWindow", WindowId=window_id, Enabled=False)
        return window_id

    def own(self, name: str) -> None:
        """Treat something as made by this run: the clean-up has found its tag."""
        self.made.append(("clean-up", name))

    def is_ours(self, name: Any) -> bool:
        """Tell whether a name or an id is of something that this run has made."""
        names = name if isinstance(name, list) else [name]
        ids = {made for _, made in self.made}
        return all(one in ids or str(one).startswith(self.name("")) for one in names)

    def _send(self, operation: str, parameters: dict[str, Any], note: Callable[[Exchange], None]) -> Answer:
        """Make a call, and make it again where AWS asks for patience."""
        answer, exchange = self._transport.send(self.question, operation, parameters)
        note(exchange)
        for attempt in range(ATTEMPTS - 1):
            if answer.code not in THROTTLED:
                break
            self._transport.sleep(2**attempt / 2)
            answer, exchange = self._transport.send(self.question, operation, parameters)
            note(exchange)
        return answer

    def _require_ours(self, operation: str, parameters: dict[str, Any]) -> None:
        if operation not in OPERATIONS:
            raise ForeignNameError(f"{operation} is not among the operations that first contact may call")
        for name in OPERATIONS[operation].ours:
            if not self.is_ours(parameters.get(name)):
                raise ForeignNameError(f"{operation}: {name} {parameters.get(name)!r} is not of this run")

    def _note_made(self, operation: str, parameters: dict[str, Any], answer: Answer) -> None:
        if removed := OPERATIONS[operation].removes:
            self.removed.add(str(parameters[removed]))
        if member := OPERATIONS[operation].makes:
            self.made.append((operation, str(answer.get(member, parameters.get(member)))))
        if operation == "DescribeMaintenanceWindowExecutions":
            found = answer.get("WindowExecutions", [])
            self.made.extend((operation, str(one["WindowExecutionId"])) for one in found)

    def _note(self, *exchanges: Exchange) -> None:
        if self.recording:
            self.recording.add(*exchanges)
