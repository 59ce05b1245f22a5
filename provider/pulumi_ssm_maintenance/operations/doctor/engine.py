"""Checks of a Pulumi project on this machine: its engine, its Python, its configuration."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml  # type: ignore[import-untyped]  # pulumi brings it along, without types

from pulumi_ssm_maintenance.aws.connection import read_connection
from pulumi_ssm_maintenance.checks.findings import Finding, Level, Problem, fail, warn
from pulumi_ssm_maintenance.errors import SettingsError
from pulumi_ssm_maintenance.operations.adopt.engine import OLDEST, Engine
from pulumi_ssm_maintenance.operations.errors import OperationError

_VERSION: Final = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")
_IMPORT: Final = "import pulumi_ssm_maintenance"
_SECRET: Final = "secret"  # noqa: S105 - stands for a value that is not read


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with a Pulumi.yaml, and the stack that is meant."""

    folder: Path
    stack: str | None

    @property
    def engine(self) -> Engine:
        """The engine, in the folder."""
        return Engine(self.folder, self.stack or "")

    @property
    def virtual_environment(self) -> Path | None:
        """The virtual environment that Pulumi.yaml names."""
        runtime = self._declared().get("runtime")
        options = runtime.get("options") or {} if isinstance(runtime, dict) else {}
        named = options.get("virtualenv")
        return self.folder / named if named else None

    def _declared(self) -> dict[str, Any]:
        found = yaml.safe_load((self.folder / "Pulumi.yaml").read_text(encoding="utf-8"))
        return found if isinstance(found, dict) else {}


def _version(project: Project) -> Iterator[Problem]:
    found = _VERSION.search(project.engine.run("version", on_stack=False))
    if found and tuple(map(int, found.groups())) < OLDEST:
        wanted = ".".join(map(str, OLDEST))
        yield warn(f"Pulumi {found[0]} is older than {wanted}, with which everything was tried", "Update it.")


def _python(project: Project) -> Iterator[Problem]:
    environment = project.virtual_environment
    if environment is None or _interpreter(environment):
        return
    yield fail(f"virtual environment {environment.name} does not exist", "Run `pulumi install` in the folder.")


def _package(project: Project) -> Iterator[Problem]:
    environment = project.virtual_environment
    python = environment and _interpreter(environment)
    if python is None:
        return
    done = subprocess.run(  # noqa: S603 - the project's own Python
        [str(python), "-c", _IMPORT], capture_output=True, text=True, check=False, cwd=project.folder
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it failed"])[-1]
        yield fail(
            f"the project's Python cannot import pulumi_ssm_maintenance: {last}",
            "Add pulumi-ssm-maintenance to its requirements, and run `pulumi install`.",
        )


def _configuration(project: Project) -> Iterator[Problem]:
    held = json.loads(project.engine.run("config", "--json"))
    values = {key: entry.get("value", _SECRET) for key, entry in held.items()}
    try:
        read_connection(values.get)
    except SettingsError as error:
        yield fail(str(error).rstrip("."), f"Correct it with `pulumi config set --stack {project.stack}`.")


def _interpreter(environment: Path) -> Path | None:
    found = [environment / folder / "python" for folder in ("bin", "Scripts")]
    return next((path for path in found if path.exists()), None)


ENGINE_CHECKS: Final[tuple[tuple[str, Callable[[Project], Iterator[Problem]]], ...]] = (
    ("engine.version", _version),
    ("engine.python", _python),
    ("engine.package", _package),
    ("engine.config", _configuration),
)


def engine_findings(project: Project) -> Iterator[Finding]:
    """Check a project. What needs a stack is left out where none is named."""
    for check, look in ENGINE_CHECKS:
        if check == "engine.config" and not project.stack:
            continue
        name = f"{project.folder.resolve().name}{f' ({project.stack})' if project.stack else ''}"
        try:
            problems = list(look(project))
        except OperationError as error:
            problems = [fail(str(error).rstrip("."), "")]
        for problem in problems:
            yield Finding(check, problem.level, name, problem.text, problem.cure)
        if not problems:
            yield Finding(check, Level.OK, name)
