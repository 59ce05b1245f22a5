"""Stacks on the real engine, with their state in a folder and nobody outside asked."""

import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self, TypedDict, Unpack

from .events import EngineError, OperationResult
from .inline_program import Program, ServedProgram
from .installation import engine_environment, find_engine
from .run import TIMEOUT, RunningOperation

_UNASKED = {
    "up": ["--yes", "--skip-preview"],
    "refresh": ["--yes", "--skip-preview"],
    "destroy": ["--yes", "--skip-preview"],
    "preview": [],
}
_PROJECT_NAME = re.compile(r"^name:\s*[\"']?([^\s\"']+)", re.MULTILINE)


class CommonOptions(TypedDict, total=False):
    """Options of every operation."""

    parallel: int
    """How many resources the engine works on at once."""
    target: Sequence[str]
    """URNs of the only resources to work on."""
    args: Sequence[str]
    """Further flags of the command line."""
    env: Mapping[str, str]
    """Further environment variables."""
    timeout: float
    """Seconds after which everything is killed; 300 unless told."""


class ProgramOptions(CommonOptions, total=False):
    """Options of the operations that run the program."""

    replace: Sequence[str]
    """URNs of resources to replace in any case."""
    refresh: bool
    """Read what AWS holds first."""
    diff: bool
    """Print the differences in full."""


class LocalStack:
    """A stack of one program, kept in a folder of its own.

    Every operation returns an `OperationResult`, or raises an `EngineError` whose text is the engine's output.
    `program` may be set to another one between operations, to show a change.
    """

    def __init__(  # noqa: PLR0913 - the settings of a stack, by keyword
        self,
        program: Program | Path,
        *,
        folder: Path,
        env: Mapping[str, str],
        plugins_home: Path | None,
        name: str = "dev",
        project: str = "test",
        config: Mapping[str, Any] | None = None,
        secrets: Mapping[str, str] | None = None,
    ) -> None:
        self.program: Program | Path = program
        self.name = name
        self.project = project if callable(program) else _project_name(program)
        self._engine = str(find_engine())
        self._work = folder / f"{self.project}.{name}"
        self._state = folder / "state" / ".pulumi" / "stacks" / self.project / f"{name}.json"
        self._runs: list[RunningOperation] = []
        self._work.mkdir(parents=True)
        (folder / "state").mkdir(exist_ok=True)
        self.env = engine_environment(plugins_home, folder / "state", env)
        self._init(config or {}, secrets or {})

    def up(self, **options: Unpack[ProgramOptions]) -> OperationResult:
        """Deploy the program."""
        return self.start_up(**options).wait(options.get("timeout", TIMEOUT))

    def start_up(self, **options: Unpack[ProgramOptions]) -> RunningOperation:
        """Start `up` in the background, to be interrupted."""
        return self._start("up", options, self._serve())

    def preview(self, **options: Unpack[ProgramOptions]) -> OperationResult:
        """Plan the program without doing anything."""
        return self._start("preview", options, self._serve()).wait(options.get("timeout", TIMEOUT))

    def refresh(self, **options: Unpack[CommonOptions]) -> OperationResult:
        """Read what AWS holds into the state."""
        return self._start("refresh", options).wait(options.get("timeout", TIMEOUT))

    def destroy(self, **options: Unpack[CommonOptions]) -> OperationResult:
        """Delete all resources of the stack."""
        return self.start_destroy(**options).wait(options.get("timeout", TIMEOUT))

    def start_destroy(self, **options: Unpack[CommonOptions]) -> RunningOperation:
        """Start `destroy` in the background, to be interrupted."""
        return self._start("destroy", options)

    def expect_no_changes(self, **options: Unpack[ProgramOptions]) -> OperationResult:
        """Preview the program and fail when anything would be done.

        With `refresh=True` it looks at what AWS holds first, so that drift counts too.
        """
        result = self.preview(**(options | {"diff": True}))
        if result.changed:
            raise EngineError(f"was expected to find no changes, and found {result.changed}", result)
        return result

    def cancel(self) -> None:
        """Drop the lock that a killed engine left behind."""
        self.pulumi("cancel", "--yes", self.name)

    def pulumi(self, *args: str, stdin: str | None = None) -> str:
        """Run any other command of the CLI on this stack's state and return what it prints."""
        done = subprocess.run(  # noqa: S603 - the engine that find_engine found
            [self._engine, *args, "--non-interactive", "--color", "never"],
            cwd=self._work,
            env=self.env,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            result = OperationResult(args[0], done.returncode, done.stdout + done.stderr)
            raise EngineError(f"failed with code {done.returncode}", result)
        return done.stdout

    @property
    def outputs(self) -> dict[str, Any]:
        """The stack's outputs as the state holds them, secrets in plain."""
        stacks = (item for item in self.resources if item["type"] == "pulumi:pulumi:Stack")
        found = next(stacks, {}).get("outputs") or {}
        if "ciphertext" not in json.dumps(found):
            return dict(found)
        shown = self.pulumi("stack", "output", "--json", "--show-secrets", "--stack", self.name)
        return dict(json.loads(shown))

    @property
    def resources(self) -> list[dict[str, Any]]:
        """The resources of the state, the stack itself and its providers among them, secrets encrypted."""
        return list(self.export()["deployment"].get("resources") or ())

    def resource(self, name: str) -> dict[str, Any]:
        """Return the one resource of the state with that logical name."""
        (found,) = (item for item in self.resources if item["urn"].rpartition("::")[2] == name)
        return found

    def export(self) -> dict[str, Any]:
        """Return the deployment as `pulumi stack export` would, secrets encrypted."""
        held = json.loads(self.state_text())
        return {"version": held["version"], "deployment": held["checkpoint"].get("latest") or {}}

    def import_state(self, deployment: Mapping[str, Any]) -> None:
        """Replace the state by a deployment as `export` returns it."""
        self.pulumi("stack", "import", "--stack", self.name, stdin=json.dumps(deployment))

    def state_text(self) -> str:
        """Return the state as it lies on the disk, to look for what must not be there."""
        return self._state.read_text()

    def close(self) -> None:
        """Kill whatever a test has left running."""
        for run in self._runs:
            if not run.ended:
                run.kill()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _init(self, config: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        (self._work / "Pulumi.yaml").write_text(f"name: {self.project}\nruntime: python\n")
        self.pulumi("stack", "init", self.name)
        named = {key if ":" in key else f"{self.project}:{key}": value for key, value in config.items()}
        with self._config_file.open("a") as settings:
            settings.write(f"config: {json.dumps(named)}\n")  # YAML takes JSON as it is
        for key, value in secrets.items():
            self.pulumi("config", "set", "--secret", key, value, "--stack", self.name)

    @property
    def _config_file(self) -> Path:
        return self._work / f"Pulumi.{self.name}.yaml"

    def _serve(self) -> ServedProgram | None:
        return ServedProgram(self.program) if callable(self.program) else None

    def _start(
        self, command: str, options: ProgramOptions | CommonOptions, served: ServedProgram | None = None
    ) -> RunningOperation:
        inline = callable(self.program)
        fixed = ["--stack", self.name, "--config-file", str(self._config_file), "--non-interactive"]
        kind = ["--color", "never", "--exec-kind", "auto.inline" if inline else "auto.local"]
        client = [f"--client={served.address}"] if served else []
        run = RunningOperation(
            [self._engine, command, *_UNASKED[command], *fixed, *kind, *client, *_flags(options)],
            self.env | dict(options.get("env", {})),
            self._work if callable(self.program) else self.program,
            self._work / f"{len(self._runs):02}-{command}",
            served,
        )
        self._runs.append(run)
        return run


def _flags(options: Mapping[str, Any]) -> list[str]:
    return [
        *([f"--parallel={options['parallel']}"] if "parallel" in options else []),
        *(f"--replace={urn}" for urn in options.get("replace", ())),
        *(f"--target={urn}" for urn in options.get("target", ())),
        *(f"--{name}" for name in ("refresh", "diff") if options.get(name)),
        *options.get("args", ()),
    ]


def _project_name(folder: Path) -> str:
    text = (folder / "Pulumi.yaml").read_text()
    if not (found := _PROJECT_NAME.search(text)):
        raise ValueError(f"{folder / 'Pulumi.yaml'} has no `name:`")
    return found.group(1)
