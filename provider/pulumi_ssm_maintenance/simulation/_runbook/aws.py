"""What a runbook needs of AWS. The simulation itself calls no AWS: who rehearses gives it one."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeAlias

from pulumi_ssm_maintenance.simulation._work import Surroundings


@dataclass(frozen=True, slots=True)
class Script:
    """A script of `aws:executeScript`."""

    where: str
    """The step, for messages."""
    runtime: str
    handler: str
    code: str
    payload: Any


@dataclass(frozen=True, slots=True)
class ScriptResult:
    """What a script returned, and what it printed."""

    payload: Any
    log: str = ""


ScriptWork: TypeAlias = Generator[timedelta, datetime, ScriptResult]
"""A script under way: it yields how long it sleeps and is sent the time then."""


class Aws(Protocol):
    """The AWS that runbooks work on. Its methods raise `ActionError` for what fails at AWS or in a script."""

    def call(self, around: Surroundings, service: str, api: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Call an operation, by its name in either spelling, and return its answer."""
        ...

    def run_script(self, around: Surroundings, script: Script) -> ScriptWork:
        """Run a script."""
        ...

    def execution_timeout(self, document: str, parameters: Mapping[str, Any]) -> int:
        """How many seconds a command document lets its work take."""
        ...
