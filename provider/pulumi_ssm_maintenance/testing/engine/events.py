"""What an engine run did, read from its event log."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_COLOUR = re.compile(r"<\{%.*?%\}>")


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of the engine on one resource."""

    op: str
    """The operation, such as `"create"`."""
    urn: str
    """The URN of the resource."""
    type: str
    """The type token of the resource."""
    name: str
    """The logical name of the resource."""
    diffs: tuple[str, ...] = ()
    """The properties that differ, nested ones as paths."""
    replaces: tuple[str, ...] = ()
    """The properties that force a replacement."""
    failed: bool = False
    """Whether the step failed."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A message of the engine, the program or a plugin."""

    severity: str
    """`"error"`, `"warning"`, `"info"`, or `"info#err"` for what a plugin prints."""
    message: str
    """The text, without colours."""
    urn: str = ""
    """The URN of the resource that it is about; empty for the stack."""


@dataclass(frozen=True, slots=True)
class OperationResult:
    """What one engine run did and printed."""

    command: str
    """The command, such as `"up"`."""
    returncode: int
    """The exit code of the engine."""
    output: str
    """What the engine printed, also on standard error."""
    changes: Mapping[str, int] = field(default_factory=dict)
    """How many resources per operation, such as `{"create": 3, "same": 1}`; the stack itself counts as one."""
    steps: tuple[Step, ...] = ()
    """What was done, in order."""
    diagnostics: tuple[Diagnostic, ...] = ()
    """All messages, in order."""

    def ops(self, name: str) -> list[str]:
        """Return the operations on the resource of that logical name, in order."""
        return [step.op for step in self.steps if step.name == name]

    def messages(self, severity: str) -> list[str]:
        """Return the texts of one severity; see `Diagnostic.severity`."""
        return [item.message for item in self.diagnostics if item.severity == severity]

    @property
    def changed(self) -> dict[str, int]:
        """`changes` without the resources that stayed the same."""
        return {op: count for op, count in self.changes.items() if op != "same"}


class EngineError(AssertionError):
    """An engine run failed; the text is what the engine printed."""

    def __init__(self, reason: str, result: OperationResult) -> None:
        """Make the error of a run that failed for a reason."""
        super().__init__(f"pulumi {result.command} {reason}\n{result.output}")
        self._reason = reason
        self.result = result
        """What the run did and printed."""

    def __reduce__(self) -> tuple[Any, ...]:
        # Python rebuilds an exception from its text alone.
        return type(self), (self._reason, self.result), vars(self)


def read_result(command: str, returncode: int, output: str, event_log: str) -> OperationResult:
    """Read an event log, which ends in the middle of a line when the engine was killed."""
    events = list(_events(event_log))
    failed = {event["resOpFailedEvent"]["metadata"]["urn"] for event in events if "resOpFailedEvent" in event}
    metadata = [event["resourcePreEvent"]["metadata"] for event in events if "resourcePreEvent" in event]
    summaries = [event["summaryEvent"] for event in events if "summaryEvent" in event]
    return OperationResult(
        command=command,
        returncode=returncode,
        output=output,
        changes=dict(summaries[-1].get("resourceChanges") or {}) if summaries else {},
        steps=tuple(_step(item, failed) for item in metadata),
        diagnostics=tuple(_diagnostics(events)),
    )


def _events(event_log: str) -> Iterator[dict[str, Any]]:
    for line in event_log.splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            return


def _step(metadata: Mapping[str, Any], failed: set[str]) -> Step:
    urn = metadata["urn"]
    return Step(
        op=metadata["op"],
        urn=urn,
        type=metadata["type"],
        name=urn.rpartition("::")[2],
        diffs=tuple(sorted(metadata.get("detailedDiff") or metadata.get("diffs") or ())),
        replaces=tuple(sorted(metadata.get("keys") or ())),
        failed=urn in failed,
    )


def _diagnostics(events: Iterable[Mapping[str, Any]]) -> Iterator[Diagnostic]:
    for event in events:
        found = event.get("diagnosticEvent")
        if found and not found.get("ephemeral") and found["severity"] != "debug":
            text = _COLOUR.sub("", found["message"]).strip()
            yield Diagnostic(found["severity"], text, found.get("urn") or "")
