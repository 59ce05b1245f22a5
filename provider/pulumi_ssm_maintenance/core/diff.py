"""Find the fields in which a task at AWS differs from the declared task.

Both are API requests, and both are converted to one canonical form first: without the defaults, which mean the same as
a field that is left out, with empty text as left out, with the one list that is a set in a fixed order, and with the
name of a document or function in place of its ARN. All other lists keep their order: targets run in it.
"""

from typing import Any, Final

from .codec import is_empty
from .model import updatable
from .placeholders import without_placeholders

_SETS: Final = frozenset({"NotificationEvents"})
_PARTS_OF_AN_ARN: Final = 6


def differences(held: dict[str, Any], declared: dict[str, Any], *, arn: str | None = None) -> list[str]:
    """Give the API names of the fields in which two tasks differ. Unknown differs from everything.

    Args:
        held: the task at AWS.
        declared: the declared task.
        arn: the ARN of the task, whose account and region have what a name in the task names.
    """
    ours, theirs = (canonical(without_placeholders(_with_name(task, arn), {})) for task in (declared, held))
    return sorted(name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name))


def replacing(fields: list[str]) -> list[str]:
    """Give those of the fields that no update can change."""
    return [name for name in fields if name not in updatable()]


def _with_name(task: dict[str, Any], arn: str | None) -> dict[str, Any]:
    """Replace the ARN of a document or function by its name, where the name means the same."""
    runs = task.get("TaskArn")
    parts = arn.split(":") if isinstance(arn, str) else []
    if len(parts) < _PARTS_OF_AN_ARN or not isinstance(runs, str):
        return task
    _, partition, _, region, account, *_ = parts
    documents = (f"ssm:{region}:{account}:document/", f"ssm:{region}::document/")
    for owned in (*documents, f"lambda:{region}:{account}:function:"):
        name = runs.removeprefix(f"arn:{partition}:{owned}")
        if name != runs and ":" not in name:
            return {**task, "TaskArn": name}
    return task


def canonical(value: Any, name: str = "") -> Any:
    """Convert an API value to a form in which values of equal meaning are equal."""
    if isinstance(value, dict):
        parts = {key: canonical(part, key) for key, part in value.items()}
        return {key: part for key, part in parts.items() if part != "" and not is_empty(part)}
    if isinstance(value, list):
        parts_in_order = [canonical(part) for part in value]
        return sorted(parts_in_order, key=repr) if name in _SETS else parts_in_order
    return value
