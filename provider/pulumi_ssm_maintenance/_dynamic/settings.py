"""The connection of the plugin process. The host runs one process for each provider instance."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final

from pulumi_ssm_maintenance.aws.connection import (
    Connection,
    environment_profile,
    environment_region,
    read_connection,
)
from pulumi_ssm_maintenance.aws.settings import PREFLIGHT
from pulumi_ssm_maintenance.core.constraints import describe
from pulumi_ssm_maintenance.errors import SettingsError


class Preflight(StrEnum):
    """What becomes of a check that fails before the deployment."""

    OFF = "false"
    """Nothing is checked, and AWS is not called."""
    WARN = "true"
    STRICT = "strict"
    """It is a failure, so nothing is deployed."""


def _read_preflight(value: Any) -> Preflight:
    if value is None or value == "":
        return Preflight.OFF
    try:
        return Preflight(str(value).lower())
    except ValueError:
        message = f"{PREFLIGHT}: got {describe(value, hidden=False)}, allowed are true, false and strict"
        raise SettingsError(message) from None


class Settings:
    """The settings of the connection, or the problem with them."""

    def __init__(self) -> None:
        self._connection = Connection()
        self._problem: str | None = None
        self.preflight = Preflight.OFF

    def read(self, get: Callable[[str], Any]) -> None:
        """Read the settings, given what gives the value of a configuration key."""
        try:
            self._connection, self._problem = read_connection(get), None
            self.preflight = _read_preflight(get(PREFLIGHT))
        except SettingsError as error:
            self._problem = str(error)

    def connection(self) -> Connection:
        """Give the connection.

        Raises:
            SettingsError: when the settings are wrong.
        """
        if self._problem:
            raise SettingsError(self._problem)
        return self._connection

    def region(self) -> str | None:
        """Give the region of a task that names none. A profile is read only where one is set."""
        connection = self.connection()
        if not (connection.profile or environment_profile()):
            return connection.region or environment_region()
        from pulumi_ssm_maintenance.aws.gateway import default_region  # noqa: PLC0415 - it loads botocore

        return default_region(connection)


settings: Final = Settings()
