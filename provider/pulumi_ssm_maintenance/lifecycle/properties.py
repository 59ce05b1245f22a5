"""A task's properties as the engine keeps them: AWS's fields under their argument names, and ours beside them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from pulumi_ssm_maintenance.core.codec import decode, encode
from pulumi_ssm_maintenance.core.identity import Account, TaskId
from pulumi_ssm_maintenance.core.model import task_shape
from pulumi_ssm_maintenance.core.placeholders import without_placeholders
from pulumi_ssm_maintenance.core.secrecy import ALWAYS, redactor

OWN_ARGUMENTS: Final = ("region", "adopt", "idempotency_key")
"""The arguments that are ours, not AWS's."""

BOOKKEEPING: Final = "__task"
"""A small input of ours: the logical name, and which paths the user made secret. The engine hides such a key."""

ROLE_OUTPUT: Final = "effective_service_role_arn"
COMPUTED: Final = ("window_task_id", "arn", ROLE_OUTPUT)
"""The outputs that are no arguments."""

_PROVIDER: Final = "__provider"


@dataclass(frozen=True)
class Properties:
    """One task's inputs or outputs, read."""

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
        """What is ours and goes unchanged from inputs to outputs and back."""
        return {name: self.raw[name] for name in (*OWN_ARGUMENTS, BOOKKEEPING) if self.raw.get(name) is not None}

    @property
    def region(self) -> Any:
        """The task's region; None in a lookup that names none, unknown where it is an output of something new."""
        return self.raw.get("region")

    @property
    def adopt(self) -> str | None:
        """The task to take over, `<window_id>/<window_task_id>`, or None."""
        return self.raw.get("adopt")

    @property
    def idempotency_key(self) -> str:
        """The key that makes the task once."""
        return str(self.raw.get("idempotency_key") or "")

    @property
    def arn(self) -> str | None:
        """The ARN of the task, where the account is known."""
        return self.raw.get("arn")

    @property
    def name(self) -> str:
        """The task's logical name, for messages."""
        return str(self.raw.get(BOOKKEEPING, {}).get("name", ""))

    @property
    def secrets(self) -> tuple[str, ...]:
        """The paths whose values are secret in state."""
        chosen = tuple(self.raw.get(BOOKKEEPING, {}).get("secrets", ()))
        role = (ROLE_OUTPUT,) if "service_role_arn" in chosen else ()
        return (*ALWAYS, *chosen, *role)

    @cached_property
    def redact(self) -> Callable[[str], str]:
        """Take the task's secret and sensitive values out of a text."""
        return redactor(self.raw, self.secrets)

    def task_id(self, window_task_id: str) -> TaskId:
        """Give the ids of the task in its window."""
        return TaskId(str(self.raw.get("window_id")), window_task_id)


def outputs(
    asked: Properties, task: TaskId, held: dict[str, Any], region: str, account: Account | None
) -> dict[str, Any]:
    """Build a task's outputs from what AWS holds.

    Args:
        asked: the inputs, or on a read the outputs so far: which of AWS's placeholders were asked for.
        task: the task's ids.
        held: the task as AWS answered.
        region: where it was found.
        account: in whose account; None when nobody could say.
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
    """Give the inputs that would declare a task as AWS holds it, so that drift shows property by property."""
    return {name: value for name, value in held_outputs.items() if name not in COMPUTED}
