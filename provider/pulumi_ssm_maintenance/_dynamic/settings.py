"""The connection of the plugin process. The host runs one process for each provider instance."""

from collections.abc import Callable
from typing import Any, Final

from pulumi_ssm_maintenance.aws.connection import (
    Connection,
    environment_profile,
    environment_region,
    read_connection,
)
from pulumi_ssm_maintenance.errors import SettingsError


class Settings:
    """The settings of the connection, or the problem with them."""

    def __init__(self) -> None:
        self._connection = Connection()
        self._problem: str | None = None

    def read(self, get: Callable[[str], Any]) -> None:
        """Read the settings, given what gives the value of a configuration key."""
        try:
            self._connection, self._problem = read_connection(get), None
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
