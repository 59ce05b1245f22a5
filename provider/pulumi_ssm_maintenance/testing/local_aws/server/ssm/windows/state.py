"""What the local AWS remembers of the maintenance windows of one account in one region."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pulumi_ssm_maintenance.testing.local_aws.server.api_error import ApiError
from pulumi_ssm_maintenance.testing.local_aws.server.ssm.patching.state import PatchingState

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_ssm_maintenance.testing.local_aws.server.service_model import Members


@dataclass(slots=True)
class Task:
    """A registered task: what its type is, and what the caller set."""

    id: str
    type: str
    properties: Members
    registered: float = field(default_factory=time.monotonic)

    @property
    def target_ids(self) -> set[str]:
        """The window targets that the task refers to."""
        targets = self.properties.get("Targets", [])
        return {value for target in targets if target["Key"] == "WindowTargetIds" for value in target.get("Values", [])}


@dataclass(slots=True)
class WindowTarget:
    """A registered target: what its resource type is, and what the caller set."""

    id: str
    resource_type: str
    properties: Members


@dataclass(slots=True)
class Window:
    """A maintenance window with its targets and tasks, in the order of their registration."""

    id: str
    properties: Members
    created: float
    modified: float
    enabled: bool = True
    tags: dict[str, str] = field(default_factory=dict)
    targets: dict[str, WindowTarget] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RememberedRequest:
    """What a ClientToken was first used for, and what it was answered."""

    request: str
    answer: Members
    since: float


@dataclass(slots=True)
class WindowsState:
    """All windows, all of patching, and all tokens ever used."""

    windows: dict[str, Window] = field(default_factory=dict)
    patching: PatchingState = field(default_factory=PatchingState)
    tokens: dict[tuple[str, str], RememberedRequest] = field(default_factory=dict)

    def window(self, window_id: str) -> Window:
        """The window of this id, or DoesNotExistException."""
        if window_id not in self.windows:
            raise does_not_exist("Maintenance window", window_id)
        return self.windows[window_id]

    def once(self, operation: str, parameters: Members, lifetime: float | None, do: Callable[[], Members]) -> Members:
        """Do it, or answer what the same token was answered before.

        Whether AWS still answers with the old id once its task is gone is unknown; this one does.
        """
        request = {name: value for name, value in parameters.items() if name != "ClientToken"}
        canonical = json.dumps(request, sort_keys=True)
        key = (operation, parameters.get("ClientToken", ""))
        remembered = self.tokens.get(key)
        if remembered and lifetime is not None and time.monotonic() - remembered.since >= lifetime:
            remembered = None
        if remembered is None:
            answer = do()
            if key[1]:
                self.tokens[key] = RememberedRequest(canonical, answer, time.monotonic())
            return answer
        if remembered.request != canonical:
            raise ApiError("IdempotentParameterMismatch", "The client token was used before with other parameters")
        return remembered.answer


def does_not_exist(what: str, identifier: str) -> ApiError:
    """The one error for everything that is not there."""
    return ApiError("DoesNotExistException", f"{what} {identifier} doesn't exist")


def check_quota(held: int, quota: int, what: str) -> None:
    """Refuse one more of what the account or the window already has its fill of.

    https://docs.aws.amazon.com/general/latest/gr/ssm.html
    """
    if held >= quota:
        raise ApiError("ResourceLimitExceededException", f"The limit of {quota} {what} is reached")


def new_window_id() -> str:
    """A fresh id in the form of `mw-` and 17 hex digits."""
    return f"mw-{uuid.uuid4().hex[:17]}"


def merged(stored: Members, given: Members, *, replace: bool) -> Members:
    """Apply an update: with Replace what is left out is cleared, without it is kept.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UpdateMaintenanceWindowTask.html
    """
    return dict(given) if replace else {**stored, **given}


def require(given: Members, *names: str) -> None:
    """Refuse an update with Replace that lacks what a registration needs."""
    missing = [name for name in names if name not in given]
    if missing:
        raise ApiError("ValidationException", f"With Replace, these are required: {', '.join(missing)}")
