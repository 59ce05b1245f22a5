"""What `ssm-maintenance adopt` prints: text for people, or one JSON object."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from pulumi_ssm_maintenance.core.words import counted

from . import output

if TYPE_CHECKING:
    from pulumi_ssm_maintenance.operations import adopt as operation

_SCHEMA: Final = 1
_WORDS: Final = {
    "create": "to create",
    "update": "to update",
    "replace": "to replace",
    "create-replacement": "to replace",
    "delete": "to delete",
}
"""What `pulumi preview` calls the operations of its steps; one that is not listed stays as it is."""


class Format(StrEnum):
    """How the result is printed."""

    TEXT = "text"
    JSON = "json"


def show_adopted(
    adoption: "operation.Adoption",
    folder: "operation.Folder",
    stack: str | None,
    applied: "operation.Applied | None",
    *,
    format_: Format,
) -> None:
    """Show what became of a new project."""
    if format_ is Format.JSON:
        _print_json(_as_json(adoption, folder, stack, applied))
    else:
        _print_adopted(adoption, folder, stack, applied)


def show_joined(joining: "operation.Joining", joined: "operation.Joined | None", *, format_: Format) -> None:
    """Show what became of an adoption into a project that exists."""
    if format_ is Format.JSON:
        _print_json(_joined_as_json(joining, joined))
    else:
        _print_joined(joining, joined)


def show_undone(stack: str, urns: Sequence[str], *, format_: Format) -> None:
    """Show what was taken out of a stack again."""
    if format_ is Format.JSON:
        _print_json({"stack": stack, "removed": list(urns)})
    else:
        output.result(f"{counted(len(urns), 'resource')} removed from the state of stack {stack}; AWS was not called.")


def _print_joined(joining: "operation.Joining", joined: "operation.Joined | None") -> None:
    rows = [
        (one.type.rpartition(":")[2], one.name, id_, "in the stack" if one.id else "") for one, id_ in joining.pairs
    ]
    output.table(("resource", "name", "id at AWS", ""), rows)
    if joined is None:
        output.result("Nothing was changed: --apply imports them.")
        return
    if not joined.imported:
        output.result(f"Nothing to adopt: stack {joining.engine.stack} holds them all.")
    else:
        output.result(f"{counted(len(joined.imported), 'resource')} imported into stack {joining.engine.stack}.")
    if not joined.differences:
        output.result("The preview is empty: the program declares what AWS holds.")
        return
    output.result(f"`pulumi up` has {_tally(joined.differences)}:")
    for difference in joined.differences:
        output.result(f"  {difference}")
    if joined.lost:
        output.result("These would not keep their ids. Correct the program before you deploy it:")
        for difference in joined.lost:
            output.result(f"  {difference}")
        undo = f"ssm-maintenance adopt --undo {joining.engine.folder} --stack {joining.engine.stack}"
        output.result(f"To take them out of the stack again: {undo}")


def _tally(differences: "Iterable[operation.Difference]") -> str:
    counts = Counter(_WORDS.get(one.operation, one.operation) for one in differences)
    return ", ".join(f"{number} {word}" for word, number in counts.items())


def _joined_as_json(joining: "operation.Joining", joined: "operation.Joined | None") -> dict[str, Any]:
    found: dict[str, Any] = {
        "folder": str(joining.engine.folder),
        "stack": joining.engine.stack,
        "matched": [{"urn": one.urn, "id": id_, "held": bool(one.id)} for one, id_ in joining.pairs],
        "outside": [text for window in joining.windows for text in window.outside],
    }
    if joined:
        found |= {
            "imported": [_entry(one) for one in joined.imported],
            "differences": list(map(_difference, joined.differences)),
            "lost": list(map(_difference, joined.lost)),
        }
    return found


def _print_adopted(
    adoption: "operation.Adoption",
    folder: "operation.Folder",
    stack: str | None,
    applied: "operation.Applied | None",
) -> None:
    counts = ", ".join(
        counted(sum(1 for _ in things), name)
        for name, things in (
            ("window", adoption.windows),
            ("target", [target for window in adoption.windows for target in window.targets]),
            ("task", adoption.tasks),
        )
    )
    output.result(f"{folder.path}: {counts}{'' if folder.written else ' (as written before)'}")
    if applied is None:
        output.result(
            f"Next: {folder.path / 'ADOPTED.md'} has the commands that import them; --apply --stack S runs them."
        )
        return
    waiting = len(folder.entries) - len(applied.held)
    if adoption.style == "code" and waiting and not applied.differences:
        resources = counted(waiting, "resource")
        output.result(f"Stack {stack} is set up: `pulumi up` adopts {resources}, and does nothing else.")
        return
    if not applied.imported:
        output.result(f"Nothing to adopt: stack {stack} holds them all.")
    else:
        output.result(f"{counted(len(applied.imported), 'resource')} imported into stack {stack}.")
    if not applied.differences:
        output.result("The preview is empty: the program declares what AWS holds.")
        if adoption.in_terraform:
            output.result(f"Next: {folder.path / 'release.sh'} takes them out of the Terraform state.")
        return
    output.result(f"The preview is not empty. {counted(len(applied.differences), 'resource')} would change:")
    for difference in applied.differences:
        output.result(f"  {difference}")
    output.result(f"To take them out of the stack again: ssm-maintenance adopt --undo {folder.path} --stack {stack}")


def _as_json(
    adoption: "operation.Adoption",
    folder: "operation.Folder",
    stack: str | None,
    applied: "operation.Applied | None",
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "folder": str(folder.path),
        "project": folder.project,
        "resources": [_entry(one) for one in folder.entries],
        "warnings": list(adoption.warnings),
    }
    if adoption.in_terraform:
        found["terraform"] = [one.address for one in adoption.in_terraform]
    if applied:
        found |= {
            "stack": stack,
            "imported": [_entry(one) for one in applied.imported],
            "held": [_entry(one) for one in applied.held],
            "differences": list(map(_difference, applied.differences)),
        }
    return found


def _entry(one: "operation.ImportEntry") -> dict[str, str]:
    return {"type": one.type, "name": one.name, "id": one.id}


def _difference(one: "operation.Difference") -> dict[str, Any]:
    return {"operation": one.operation, "urn": one.urn, "properties": list(one.properties)}


def _print_json(found: dict[str, Any]) -> None:
    output.result(json.dumps({"schema": _SCHEMA, "verb": "adopt", **found}, indent=2))
