"""How a task is named: by the client token that makes it once, by its ids, by its ARN."""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any, Final

_ARN: Final = re.compile(r"arn:(?P<partition>[\w-]+):[\w-]*:[\w-]*:(?P<account>\d{12}):.+")
_WINDOW_ID: Final = re.compile(r"mw-[0-9a-f]{17}")
_WINDOW_TASK_ID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class TaskId:
    """The two ids by which AWS finds a task."""

    window_id: str
    window_task_id: str

    def __str__(self) -> str:
        return f"{self.window_id}/{self.window_task_id}"


def parse_task_id(text: str) -> TaskId | None:
    """Read `<window_id>/<window_task_id>`; None when it is something else."""
    window_id, _, window_task_id = text.partition("/")
    if _WINDOW_ID.fullmatch(window_id) and _WINDOW_TASK_ID.fullmatch(window_task_id):
        return TaskId(window_id, window_task_id)
    return None


@dataclass(frozen=True, slots=True)
class Account:
    """Who we are: the account, and the partition it lives in."""

    account_id: str
    partition: str

    def task_arn(self, region: str, window_task_id: str) -> str:
        """Compose a task's ARN, which AWS itself never returns.

        https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
        """
        return f"arn:{self.partition}:ssm:{region}:{self.account_id}:windowtask/{window_task_id}"


def account_of(arn: str | None) -> Account | None:
    """Read the account out of an ARN."""
    parts = _ARN.fullmatch(arn or "")
    return Account(parts["account"], parts["partition"]) if parts else None


def idempotency_key(*place: str) -> str:
    """Give the key of a place in the world of programs: project, stack, parent and logical name.

    A digest, since it stands twice in the state of every task.
    """
    return hashlib.sha256(json.dumps(place).encode()).hexdigest()[:32]


def client_token(key: str, request: dict[str, Any], dead: str | None = None) -> str:
    """Derive the client token of a request: the same in every run of the same program.

    Args:
        key: the task's idempotency key.
        request: the request without its token.
        dead: a task that an earlier token turned out to name, and that is gone.

    A SHA-256 digest in hex has 64 characters, the most that AWS takes.
    """
    # The order of a mapping differs from one plugin process to the next, so keys are sorted.
    text = json.dumps([key, request, dead], sort_keys=True, default=_as_text)
    return hashlib.sha256(text.encode()).hexdigest()


def _as_text(value: bytes) -> str:
    return base64.b64encode(value).decode()
