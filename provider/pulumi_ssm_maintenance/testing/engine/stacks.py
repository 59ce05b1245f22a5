"""`LocalStack`: a stack on the real engine that needs no network."""

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

_WITHOUT_QUESTIONS = {
    "up": ["--yes", "--skip-preview"],
    "refresh": ["--yes", "--skip-preview"],
    "destroy": ["--yes", "--skip-preview"],
    "preview": [],
}
_PROJECT_NAME = re.compile(r"^name:\s*[\"']?([^\s\"']+)", re.MULTILINE)


class CommonOptions(TypedDict, total=False):
    """Options of every operation."""

    parallel: int
    """How many resources the engine works on at once; default: four for each processor."""
    target: Sequence[str]
    """The URNs of the resources to work on; default: all."""
    args: Sequence[str]
    """Further flags of the command line."""
    env: Mapping[str, str]
    """Further environment variables."""
    timeout: float
    """Seconds after which everything is killed; default 300."""


class ProgramOptions(CommonOptions, total=False):
    """Options of the operations that run the program."""

    replace: Sequence[str]
    """The URNs of resources to replace even without a change."""
    refresh: bool
    """Refresh the state from AWS first."""
    diff: bool
    """Print all differences."""


class LocalStack:
    """A stack of one program, on the real engine. In pytest, the fixture `local_stack` makes it.

    Every operation returns an `OperationResult`, or raises an `EngineError` whose text is the engine's output. Set
    `program` to another program between two operations to deploy a change.

    Example:
        >>> def test_the_topic_is_declared(local_aws, local_stack):
        ...     stack = local_stack(program)
        ...     stack.up()
        ...     assert stack.outputs["topic"]
        ...     stack.expect_no_changes(refresh=True)
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
        """Make the stack; `up` deploys it.

        Args:
            program: a function that declares the resources, or a folder with a Pulumi.yaml.
            folder: where state and logs are kept.
            env: environment variables of all operations, such as those of `LocalAws.env`.
            plugins_home: the PULUMI_HOME with the plugins; None: the user's own.
            name: the stack's name. Stacks in one folder share a backend.
            project: the project's name; for a folder, the name in its Pulumi.yaml counts.
            config: plain configuration, also nested values; a key without `:` belongs to the project.
            secrets: configuration that is stored encrypted.
        """
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
        """Start `up` in the background, so that a test can interrupt it."""
        return self._start("up", options, self._serve())

    def preview(self, **options: Unpack[ProgramOptions]) -> OperationResult:
        """Show what `up` would do."""
        return self._start("preview", options, self._serve()).wait(options.get("timeout", TIMEOUT))

    def refresh(self, **options: Unpack[CommonOptions]) -> OperationResult:
        """Bring the state to what AWS holds."""
        return self._start("refresh", options).wait(options.get("timeout", TIMEOUT))

    def destroy(self, **options: Unpack[CommonOptions]) -> OperationResult:
        """Delete all resources of the stack."""
        return self.start_destroy(**options).wait(options.get("timeout", TIMEOUT))

    def start_destroy(self, **options: Unpack[CommonOptions]) -> RunningOperation:
        """Start `destroy` in the background, so that a test can interrupt it."""
        return self._start("destroy", options)

    def expect_no_changes(self, **options: Unpack[ProgramOptions]) -> OperationResult:
        """Preview the program, and fail when it would change anything.

        With `refresh=True` it reads what AWS holds first, so that drift counts too.
        """
        result = self.preview(**(options | {"diff": True}))
        if result.changed:
            raise EngineError(f"was expected to find no changes, and found {result.changed}", result)
        return result

    def cancel(self) -> None:
        """Remove the lock that a killed engine has left."""
        self.pulumi("cancel", "--yes", self.name)

    def pulumi(self, *args: str, stdin: str | None = None) -> str:
        """Run another command of the CLI, such as `pulumi("stack", "ls")`, and return what it prints."""
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
        """The stack's outputs, secrets in plain text."""
        stacks = (item for item in self.resources if item["type"] == "pulumi:pulumi:Stack")
        found = next(stacks, {}).get("outputs") or {}
        if "ciphertext" not in json.dumps(found):
            return dict(found)
        shown = self.pulumi("stack", "output", "--json", "--show-secrets", "--stack", self.name)
        return dict(json.loads(shown))

    @property
    def resources(self) -> list[dict[str, Any]]:
        """The resources in the state, with the stack itself and its providers, secrets encrypted."""
        return list(self.export()["deployment"].get("resources") or ())

    def resource(self, name: str) -> dict[str, Any]:
        """Return the resource in the state that has this logical name."""
        (found,) = (item for item in self.resources if item["urn"].rpartition("::")[2] == name)
        return found

    def export(self) -> dict[str, Any]:
        """Return the deployment as `pulumi stack export` does, secrets encrypted."""
        held = json.loads(self.state_text())
        return {"version": held["version"], "deployment": held["checkpoint"].get("latest") or {}}

    def import_state(self, deployment: Mapping[str, Any]) -> None:
        """Replace the state by a deployment from `export`."""
        self.pulumi("stack", "import", "--stack", self.name, stdin=json.dumps(deployment))

    def state_text(self) -> str:
        """Return the text of the state file, to check that nothing secret is in it."""
        return self._state.read_text()

    def close(self) -> None:
        """Kill the runs that are still in the background."""
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
            [self._engine, command, *_WITHOUT_QUESTIONS[command], *fixed, *kind, *client, *_flags(options)],
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
