"""Adds the LoggingConfig of Lambda functions to moto, which ignores it up to version 5.2.

https://docs.aws.amazon.com/lambda/latest/api/API_LoggingConfig.html
"""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def keep_log_settings() -> None:
    """Replace moto's class of Lambda functions, once per process."""
    from moto.awslambda import models  # noqa: PLC0415  # loading moto takes 0.5 s

    class Function(models.LambdaFunction):
        """A function with a LoggingConfig."""

        def __init__(self, account_id: str, spec: dict[str, Any], region: str, version: str | int = 1) -> None:
            super().__init__(account_id, spec, region, version)
            self.log_settings = self._completed(spec.get("LoggingConfig"))

        def get_configuration(self, on_create: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002  # moto's
            return {**super().get_configuration(on_create), "LoggingConfig": self.log_settings}

        def update_configuration(self, config_updates: dict[str, Any]) -> dict[str, Any]:
            if "LoggingConfig" in config_updates:
                self.log_settings = self._completed(config_updates["LoggingConfig"])
            return super().update_configuration(config_updates)

        def _completed(self, settings: dict[str, Any] | None) -> dict[str, Any]:
            return {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{self.function_name}", **(settings or {})}

    models.LambdaFunction = Function  # type: ignore[misc]  # a class replaces its own base
