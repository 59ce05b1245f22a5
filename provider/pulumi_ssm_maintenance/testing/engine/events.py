"""What an engine run did, read from its event log."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_COLOUR = re.compile(r"<\{%.*?%\}>")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the engine on one resource, such as create, update, delete, replace, same or refresh."""

    op: str
    urn: str
    type: str
    name: str
    diffs: tuple[str, ...] = ()
    """The properties that differ, nested ones as paths."""
    replaces: tuple[str, ...] = ()
    """The properties that force a replacement."""
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A message of the engine, the program or a plugin."""

    severity: str
    message: str
    urn: str = ""


@dataclass(frozen=True, slots=True)
class OperationResult:
    """The outcome of one engine run."""

    command: str
    returncode: int
    output: str
    """What the engine printed, standard error included."""
    changes: Mapping[str, int] = field(default_factory=dict)
    """How many resources per operation, the stack itself included, such as `{"create": 3, "same": 1}`."""
    steps: tuple[Step, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    def ops(self, name: str) -> list[str]:
        """List what was done to the resource of that logical name, in order."""
        return [step.op for step in self.steps if step.name == name]

    def messages(self, severity: str) -> list[str]:
        """List the messages of one severity: error, warning, info or `info#err`."""
        return [item.message for item in self.diagnostics if item.severity == severity]

    @property
    def changed(self) -> dict[str, int]:
        """The changes without what stayed the same."""
        return {op: count for op, count in self.changes.items() if op != "same"}


class EngineError(AssertionError):
    """An engine run failed; the text is what the engine printed, `result` the whole outcome."""

    def __init__(self, reason: str, result: OperationResult) -> None:
        super().__init__(f"pulumi {result.command} {reason}\n{result.output}")
        self.result = result


def read_result(command: str, returncode: int, output: str, event_log: str) -> OperationResult:
    """Condense an event log, which may end in the middle of a line when the engine was killed."""
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
