"""What identifies a task: its client token, its two ids, its ARN."""

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
    """Read `<window_id>/<window_task_id>`; None for any other text."""
    window_id, _, window_task_id = text.partition("/")
    if _WINDOW_ID.fullmatch(window_id) and _WINDOW_TASK_ID.fullmatch(window_task_id):
        return TaskId(window_id, window_task_id)
    return None


@dataclass(frozen=True, slots=True)
class Account:
    """An AWS account, and the partition that it belongs to."""

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


def idempotency_key(*names: str) -> str:
    """Derive the default key of a task from project, stack, parent and logical name.

    It is a digest, because the state of a task contains it twice, in the inputs and the outputs.
    """
    return hashlib.sha256(json.dumps(names).encode()).hexdigest()[:32]


def client_token(key: str, request: dict[str, Any], dead: str | None = None) -> str:
    """Derive the client token of a request: the same in every run of the same program.

    Args:
        key: the task's idempotency key.
        request: the request without its token.
        dead: the id of a deregistered task that the previous token of the chain still names.

    A SHA-256 digest in hex has 64 characters, the most that AWS accepts.
    """
    # Keys are sorted, because the order of a mapping differs from one plugin process to the next.
    text = json.dumps([key, request, dead], sort_keys=True, default=_as_text)
    return hashlib.sha256(text.encode()).hexdigest()


def _as_text(value: bytes) -> str:
    return base64.b64encode(value).decode()
