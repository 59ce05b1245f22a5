"""The pytest fixtures `local_aws` and `local_stack`: an AWS and stacks on the real engine, without an account.

The extra `[testing]` registers them:

    def test_patching_is_declared(local_aws, local_stack):
        stack = local_stack(program)
        stack.up()
        assert local_aws.client("ssm").describe_maintenance_windows()["WindowIdentities"]
        stack.expect_no_changes()
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from .engine.inline_program import Program
    from .engine.stacks import LocalStack
    from .local_aws.local_aws import LocalAws

# Every pytest run loads this module where the package is installed, so each fixture imports what it needs by itself.


class LocalStackFactory(Protocol):
    """The type of `local_stack`: makes a stack of a program."""

    def __call__(  # noqa: PLR0913 - the settings of a stack, by keyword
        self,
        program: Program | Path,
        *,
        name: str = "dev",
        project: str = "test",
        config: Mapping[str, Any] | None = None,
        secrets: Mapping[str, str] | None = None,
        env: Mapping[str, str] | None = None,
    ) -> LocalStack:
        """Make a stack; its `up` deploys it.

        Args:
            program: a function that declares the resources, or a folder with a Pulumi.yaml.
            name: the stack's name. The stacks of one test share a backend, so one can refer to another.
            project: the project's name; for a folder, the name in its Pulumi.yaml counts.
            config: plain configuration, also nested values; a key without `:` belongs to the project.
            secrets: configuration that is stored encrypted.
            env: further environment variables of all operations, such as another AWS_REGION.
        """
        ...


@pytest.fixture(scope="session")
def _local_aws_process() -> Iterator[LocalAws]:
    from .local_aws.local_aws import LocalAws  # noqa: PLC0415 - see above

    with LocalAws() as aws:
        yield aws


@pytest.fixture
def local_aws(_local_aws_process: LocalAws) -> LocalAws:
    """An empty `LocalAws`: one child process for the whole pytest run, emptied before each test."""
    _local_aws_process.reset()
    return _local_aws_process


@pytest.fixture(scope="session")
def _plugins_home(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    from .engine.plugin_install import install_aws_plugin, uses_real_plugin  # noqa: PLC0415 - see above

    if uses_real_plugin():
        return None
    home = tmp_path_factory.mktemp("pulumi-home")
    install_aws_plugin(home)
    return home


@pytest.fixture
def local_stack(local_aws: LocalAws, tmp_path: Path, _plugins_home: Path | None) -> Iterator[LocalStackFactory]:
    """A function that makes stacks on the real engine, which talk to `local_aws`.

    See `LocalStackFactory` for its arguments and `LocalStack` for what it returns. State and logs are in `tmp_path`.
    The `aws` plugin is this package's stand-in; with `AWS_PLUGIN=real` it is the one of your PULUMI_HOME.
    """
    from .engine.installation import EngineNotFoundError  # noqa: PLC0415 - see above
    from .engine.stacks import LocalStack  # noqa: PLC0415 - see above

    made: list[LocalStack] = []

    def make(program: Program | Path, *, env: Mapping[str, str] | None = None, **settings: Any) -> LocalStack:
        environment = dict(local_aws.env) | dict(env or {})
        try:
            stack = LocalStack(
                program, folder=tmp_path / "pulumi", env=environment, plugins_home=_plugins_home, **settings
            )
        except EngineNotFoundError as error:
            raise pytest.UsageError(str(error)) from None
        made.append(stack)
        return stack

    yield make
    for stack in made:
        stack.close()
