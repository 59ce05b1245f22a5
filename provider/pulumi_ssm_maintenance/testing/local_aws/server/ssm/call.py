"""One maintenance window call, ready to be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi_ssm_maintenance.testing.local_aws.server.service_model import Members

    from .windows.state import Window, WindowsState


@dataclass(frozen=True, slots=True)
class WindowsCall:
    """The validated parameters, the state they apply to, and the oddities in force."""

    operation: str
    parameters: Members
    state: WindowsState
    account: str
    partition: str
    region: str
    read_lag: float = 0.0
    token_lifetime: float | None = None

    @property
    def window(self) -> Window:
        """The window that the call names; DoesNotExistException when it is not there."""
        return self.state.window(self.parameters["WindowId"])

    def without(self, *names: str) -> Members:
        """The parameters but for those that only say how, or which, and are not kept."""
        return {name: value for name, value in self.parameters.items() if name not in names}

    def once(self, do: Callable[[], Members]) -> Members:
        """Do it once for a ClientToken."""
        return self.state.once(self.operation, self.parameters, self.token_lifetime, do)
