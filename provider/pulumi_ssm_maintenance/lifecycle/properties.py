"""The properties of a task as the engine stores them: AWS's fields under their argument names, and our own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from pulumi_ssm_maintenance.core.codec import decode, encode
from pulumi_ssm_maintenance.core.fingerprint import fingerprint
from pulumi_ssm_maintenance.core.identity import Account, TaskId
from pulumi_ssm_maintenance.core.model import task_shape
from pulumi_ssm_maintenance.core.placeholders import without_placeholders
from pulumi_ssm_maintenance.core.secrecy import ALWAYS, redactor

OWN_ARGUMENTS: Final = ("region", "adopt", "idempotency_key")
"""The arguments that AWS does not have."""

BOOKKEEPING: Final = "__task"
"""An input of our own with the logical name and the paths that the user made secret.

The engine does not show inputs whose names begin with two underscores.
"""

PRODUCED: Final = "produced"
"""The paths, in the bookkeeping, of the values that other resources of the program produce. It is not stored."""

UNSENDABLE: Final = "unsendable"
"""The values, in the bookkeeping, that Pulumi cannot send: pairs of a path and a reason. They make the check fail."""

ROLE_OUTPUT: Final = "effective_service_role_arn"
COMPUTED: Final = ("window_task_id", "arn", ROLE_OUTPUT)
"""The outputs that are not arguments."""

_PROVIDER: Final = "__provider"


@dataclass(frozen=True)
class Properties:
    """What the inputs and the state of a task have in common."""

    raw: Mapping[str, Any]

    @cached_property
    def arguments(self) -> dict[str, Any]:
        """AWS's fields, by argument name."""
        ours = {*OWN_ARGUMENTS, *COMPUTED, BOOKKEEPING, _PROVIDER}
        return {name: value for name, value in self.raw.items() if name not in ours}

    @cached_property
    def request(self) -> dict[str, Any]:
        """AWS's fields, as an API request."""
        return encode(self.arguments)[0]

    @property
    def own(self) -> dict[str, Any]:
        """Our own properties, which go unchanged from inputs to outputs and back."""
        return {name: self.raw[name] for name in (*OWN_ARGUMENTS, BOOKKEEPING) if self.raw.get(name) is not None}

    @property
    def region(self) -> Any:
        """The region of the task. None in a lookup that names none, unknown where it is an output of a new resource."""
        return self.raw.get("region")

    @property
    def window_id(self) -> Any:
        """The id of the window. None in a lookup, unknown where it is an output of a new window."""
        return self.raw.get("window_id")

    @property
    def identity(self) -> tuple[str, str]:
        """What identifies the resource in a run: its logical name and its idempotency key."""
        return self.name, _text(self.raw.get("idempotency_key"))

    @property
    def name(self) -> str:
        """The logical name of the task, for messages."""
        return str(self.bookkeeping.get("name", ""))

    @property
    def bookkeeping(self) -> Mapping[str, Any]:
        """What the program sends about the resource in addition to its arguments."""
        return self.raw.get(BOOKKEEPING) or {}

    @property
    def secrets(self) -> tuple[str, ...]:
        """The paths whose values are secret in the state."""
        chosen = tuple(self.bookkeeping.get("secrets", ()))
        role = (ROLE_OUTPUT,) if "service_role_arn" in chosen else ()
        return (*ALWAYS, *chosen, *role)

    @property
    def hidden(self) -> tuple[str, ...]:
        """The paths whose values no message may show.

        These are all, where the values are not those of the program: a transform may have made any of them secret, and
        the engine does not say which.
        """
        if not self.bookkeeping.get("transformed"):
            return self.secrets
        return tuple(name for name in self.raw if name not in {BOOKKEEPING, _PROVIDER})

    @cached_property
    def redact(self) -> Callable[[str], str]:
        """Remove the task's secret and sensitive values from a text."""
        return redactor(self.raw, self.hidden)


class Inputs(Properties):
    """The inputs of a task: what the program declares."""

    @property
    def adopt(self) -> str | None:
        """The existing task to take over, `<window_id>/<window_task_id>`, or None."""
        return self.raw.get("adopt")

    @property
    def idempotency_key(self) -> str:
        """The key that makes repeated runs find the same task."""
        return _text(self.raw.get("idempotency_key"))

    def without_fingerprint(self) -> "Inputs":
        """Compare the inputs with the fingerprint of what the program declares, and note whether they differ.

        What is for the check alone is left out.
        """
        bookkeeping = dict(self.bookkeeping)
        if not bookkeeping.keys() & {"fingerprint", PRODUCED}:
            return self
        bookkeeping.pop(PRODUCED, None)
        declared = bookkeeping.pop("fingerprint", None)
        apart = {BOOKKEEPING, _PROVIDER, "idempotency_key"}
        if declared is not None and declared != fingerprint(
            {name: value for name, value in self.raw.items() if name not in apart}
        ):
            bookkeeping["transformed"] = True
        return Inputs({**self.raw, BOOKKEEPING: bookkeeping})


class State(Properties):
    """The outputs of a task in the state. In a lookup, which has no state yet, the inputs of the lookup."""

    @property
    def arn(self) -> str | None:
        """The ARN of the task, where the account is known."""
        return self.raw.get("arn")

    def task_id(self, window_task_id: str) -> TaskId:
        """Give the two ids by which AWS finds the task."""
        return TaskId(_text(self.window_id), window_task_id)


def _text(value: Any) -> str:
    """Give a text; nothing for a value of another type, which check refuses."""
    return value if isinstance(value, str) else ""


def outputs(
    asked: Properties, task: TaskId, held: dict[str, Any], region: str, account: Account | None
) -> dict[str, Any]:
    """Build the outputs of a task from AWS's answer.

    Args:
        asked: the inputs, or on a read the outputs so far. AWS's placeholders stay in the fields that it contains.
        task: the ids of the task.
        held: the task as AWS holds it.
        region: the region of the task.
        account: the account of the task; None when it could not be determined.
    """
    computed = {
        "region": region,
        "window_task_id": task.window_task_id,
        "arn": account.task_arn(region, task.window_task_id) if account else None,
        ROLE_OUTPUT: held.get("ServiceRoleArn"),
    }
    fields = decode(task_shape(), without_placeholders(held, asked.request))
    return {**fields, **asked.own, **{name: value for name, value in computed.items() if value is not None}}


def inputs_of(held_outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Give the inputs that would declare the task as AWS holds it, so that drift shows property by property.

    The inputs of a lookup come from the program and not from AWS.
    """
    bookkeeping = State(held_outputs).bookkeeping
    # Only what a program manages has the paths of its secrets. A lookup has the names of its arguments, if any.
    if bookkeeping and "secrets" not in bookkeeping:
        names = {*bookkeeping.get("lookup", ()), BOOKKEEPING}
        return {name: value for name, value in held_outputs.items() if name in names}
    return {name: value for name, value in held_outputs.items() if name not in COMPUTED}
