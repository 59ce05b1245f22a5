"""One call of a Systems Manager operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from pulumi_ssm_maintenance.testing.local_aws.server.api_error import ApiError
from pulumi_ssm_maintenance.testing.local_aws.server.service_model import Members

from .errors import does_not_exist, validation_error

if TYPE_CHECKING:
    from .state import RegionState
    from .windows.records import Window


class Quota(NamedTuple):
    """How many of something there may be.

    https://docs.aws.amazon.com/general/latest/gr/ssm.html
    """

    most: int
    what: str

    def check(self, existing: int) -> None:
        """Refuse one more when the quota is used up."""
        if existing >= self.most:
            raise ApiError("ResourceLimitExceededException", f"The limit of {self.most} {self.what} is reached")


class _Record(Protocol):
    """Anything that has an id."""

    id: str


_Any = TypeVar("_Any")
_AnyRecord = TypeVar("_AnyRecord", bound=_Record)


@dataclass(frozen=True, slots=True)
class SsmCall:
    """The validated parameters, the state that they apply to, and the faults that the operation itself must produce."""

    operation: str
    parameters: Members
    state: RegionState
    account: str
    partition: str
    region: str
    read_lag: float = 0.0
    token_lifetime: float | None = None

    @property
    def window(self) -> Window:
        """The window that the call names, or DoesNotExistException."""
        return find(self.state.windows, self.parameters["WindowId"], "Maintenance window")

    def without(self, *names: str) -> Members:
        """The parameters except those of these names."""
        return {name: value for name, value in self.parameters.items() if name not in names}

    def create(
        self, existing: dict[str, _AnyRecord], quota: Quota, id_member: str, make: Callable[[], _AnyRecord]
    ) -> Members:
        """Make a record, once for a ClientToken, and answer with its id."""

        def create() -> Members:
            quota.check(len(existing))
            record = make()
            existing[record.id] = record
            return {id_member: record.id}

        return self.state.tokens.once(self.operation, self.parameters, self.token_lifetime, create)

    def updated(self, properties: Members, *identifiers: str, required: tuple[str, ...]) -> Members:
        """The properties after this update: with Replace what is left out is cleared, without it is kept.

        https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UpdateMaintenanceWindowTask.html
        """
        given = self.without(*identifiers, "Replace")
        if not self.parameters.get("Replace", False):
            return {**properties, **given}
        if missing := [name for name in required if name not in given]:
            raise validation_error(f"With Replace, these are required: {', '.join(missing)}")
        return given


Operations = Mapping[str, Callable[[SsmCall], Members]]
"""Operations by their API names."""


def find(records: Mapping[str, _Any], identifier: str, what: str) -> _Any:
    """The record of this id, or DoesNotExistException."""
    if identifier not in records:
        raise does_not_exist(what, identifier)
    return records[identifier]
