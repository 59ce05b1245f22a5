"""The Pulumi CLI, as an adoption needs it: one project's folder, one stack."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pulumi_ssm_maintenance.operations.errors import OperationError, UsageError

OLDEST: Final = (3, 259, 0)
"""The oldest version whose import files were tried with outputs in them."""

_VERSION: Final = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")
_LAST_LINES: Final = 40

# The engine writes the whole state after each step, so that none is lost that a cloud has seen. These steps only write
# the state, and can be run again.
_ONE_CHECKPOINT: Final = {"PULUMI_SKIP_CHECKPOINTS": "true"}

_LARGEST_BATCH: Final = 64_000
"""Bytes of values in one environment variable. Linux allows 128 KiB, with the keys and the quotes of JSON."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource in a stack's state."""

    urn: str
    type: str
    id: str
    provider: str
    parent: str
    uses: frozenset[str]
    """The URNs of the resources that it depends on."""

    @property
    def name(self) -> str:
        """The logical name."""
        return self.urn.rpartition("::")[2]


@dataclass(frozen=True, slots=True)
class Engine:
    """Runs `pulumi` in a folder, on a stack."""

    folder: Path
    """The folder of the Pulumi project."""
    stack: str
    """The name of the stack."""
    profile: str | None = None
    """The AWS profile that the program runs with. Default: the environment's."""

    def demand_version(self) -> None:
        """Refuse an engine that is too old for import files with outputs.

        Raises:
            UsageError: there is no engine, or an old one.
        """
        found = _VERSION.search(self.run("version", on_stack=False))
        if found and tuple(map(int, found.groups())) < OLDEST:
            wanted = ".".join(map(str, OLDEST))
            raise UsageError(f"Pulumi {found[0]} is too old to import tasks: it takes {wanted} or newer. Update it.")

    def open_stack(self) -> None:
        """Make the stack unless it exists."""
        self.run("stack", "select", self.stack, "--create", on_stack=False)

    def resources(self) -> tuple[Resource, ...]:
        """List the resources of the stack's state. Secrets stay encrypted."""
        exported = json.loads(self.run("stack", "export"))
        return tuple(map(_resource, exported["deployment"].get("resources") or ()))

    def configuration(self) -> dict[str, Any]:
        """Give the stack's configuration, secrets in clear, by full key."""
        held = json.loads(self.run("config", "--json", "--show-secrets"))
        return {key: entry.get("value") for key, entry in held.items()}

    def configure(self, values: Mapping[str, str], *, secret: bool = False) -> None:
        """Set values, by full key.

        They go by an environment variable, which the engine takes in place of an option, and the largest ones by
        standard input: others can read command lines.
        """
        for batch in _batches(values):
            if len(batch) == 1:
                ((key, value),) = batch.items()
                self.run("config", "set", key, "--raw", "--secret" if secret else "--plaintext", stdin=value)
            else:
                entries = {key: {"value": value, "secret": secret} for key, value in batch.items()}
                self.run("config", "set-all", environment={"PULUMI_OPTION_JSON": json.dumps(entries)})

    def import_resources(self, file: Path, *, protect: bool) -> None:
        """Import what a file lists."""
        flags = ["--file", str(file), "--generate-code=false", f"--protect={str(protect).lower()}"]
        self.run("import", *flags, "--yes", "--skip-preview", "--suppress-outputs", environment=_ONE_CHECKPOINT)

    def preview(self, *, import_file: Path | None = None) -> dict[str, Any]:
        """Preview the program, as the engine's own JSON.

        Args:
            import_file: where the engine writes an import file of what it would create.
        """
        done = self._result(
            "preview", "--json", "--show-sames", *(["--import-file", str(import_file)] if import_file else [])
        )
        try:
            found: dict[str, Any] = json.loads(done.stdout)
        except ValueError:
            raise self._failure("preview", done) from None
        if done.returncode:
            errors = [one["message"] for one in found.get("diagnostics", ()) if one.get("severity") == "error"]
            raise OperationError(f"pulumi preview failed: {_tail(' '.join(errors) or done.stderr)}")
        return found

    def up(self) -> None:
        """Deploy the program, which a preview has shown to change nothing."""
        flags = ["--yes", "--skip-preview", "--expect-no-changes", "--suppress-outputs"]
        self.run("up", *flags, environment=_ONE_CHECKPOINT)

    def forget(self, urns: tuple[str, ...]) -> None:
        """Remove resources from the state, protected ones too. AWS is not called."""
        self.run("state", "delete", *urns, "--force", "--yes")

    def run(
        self,
        *arguments: str,
        stdin: str | None = None,
        on_stack: bool = True,
        environment: Mapping[str, str] | None = None,
    ) -> str:
        """Run a command and return what it prints.

        Raises:
            OperationError: it failed; the text is what it printed.
        """
        done = self._result(*arguments, stdin=stdin, on_stack=on_stack, environment=environment)
        if done.returncode:
            raise self._failure(" ".join(arguments[:2]), done)
        return done.stdout

    def _result(
        self,
        *arguments: str,
        stdin: str | None = None,
        on_stack: bool = True,
        environment: Mapping[str, str] | None = None,
    ) -> "subprocess.CompletedProcess[str]":
        where = ["--stack", self.stack] if on_stack else []
        return subprocess.run(  # noqa: S603 - the user's own engine
            [_executable(), *arguments, *where, "--non-interactive", "--color", "never"],
            cwd=self.folder,
            env={**_environment(self.profile), **(environment or {})},
            input=stdin or "",
            capture_output=True,
            text=True,
            check=False,
        )

    def _failure(self, command: str, done: "subprocess.CompletedProcess[str]") -> OperationError:
        return OperationError(
            f"pulumi {command} failed with code {done.returncode}:\n{_tail(done.stderr or done.stdout)}"
        )


def type_of(urn: str) -> str:
    """Give the type token in a URN."""
    return urn.split("::")[2].rpartition("$")[2]


def _resource(held: Mapping[str, Any]) -> Resource:
    return Resource(
        urn=held["urn"],
        type=held["type"],
        id=held.get("id", ""),
        provider=str(held.get("provider", "")).rpartition("::")[0],
        parent=held.get("parent", ""),
        uses=frozenset(_used(held)),
    )


def _used(held: Mapping[str, Any]) -> Iterator[str]:
    yield from held.get("dependencies") or ()
    for urns in (held.get("propertyDependencies") or {}).values():
        yield from urns or ()


def _batches(values: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Split values so that each part fits into an environment variable, or is a single value."""
    batch: dict[str, str] = {}
    size = 0
    for key, value in values.items():
        length = len(json.dumps({key: value}))
        if batch and size + length > _LARGEST_BATCH:
            yield batch
            batch, size = {}, 0
        batch[key] = value
        size += length
    if batch:
        yield batch


def _executable() -> str:
    """Find the engine: beside this Python first, as in a virtual environment that is not activated."""
    beside = Path(sys.executable).with_name("pulumi")
    if os.access(beside, os.X_OK):
        return str(beside)
    if found := shutil.which("pulumi"):
        return found
    raise UsageError("there is no `pulumi` on PATH. Install it: https://www.pulumi.com/docs/install/")


def _environment(profile: str | None) -> dict[str, str]:
    """The program runs with this Python, unless the user says otherwise; nobody outside is asked for updates."""
    chosen = {"AWS_PROFILE": profile} if profile else {}
    return {"PULUMI_PYTHON_CMD": sys.executable, "PULUMI_SKIP_UPDATE_CHECK": "true", **os.environ, **chosen}


def _tail(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-_LAST_LINES:])
