"""The resource: a task of an AWS Systems Manager maintenance window."""

from collections.abc import Mapping, Sequence
from inspect import isawaitable
from typing import TYPE_CHECKING, Any, Final, NoReturn, Unpack

import pulumi
import pulumi.dynamic

from . import outputs
from ._calls import legible_calls
from ._declared import Later, facts_about, sendable
from ._dynamic import TaskProvider
from ._options import demand_name_and_options
from .args import MaintenanceWindowTaskArgs
from .core.constraints import describe
from .core.identity import idempotency_key
from .core.paths import top_level
from .errors import ArgumentError
from .lifecycle.properties import BOOKKEEPING, COMPUTED, UNSENDABLE

__all__ = ["FROM_PULUMI_AWS", "MaintenanceWindowTask"]

_ARGUMENTS: Final = frozenset(MaintenanceWindowTaskArgs.__annotations__)
_ALWAYS_OUTPUTS: Final = ("region", *COMPUTED)
"""The outputs that AWS or the provider always fills in."""

_TYPE: Final = "pulumi-python:dynamic/ssm:MaintenanceWindowTask"
_PACKAGE: Final = "pulumi-python"
_TYPE_IN_PULUMI_AWS: Final = "aws:ssm/maintenanceWindowTask:MaintenanceWindowTask"

_REFUSED_OPTIONS: Final = {
    "import_": (
        "import_ does not work with dynamic providers; write"
        ' adopt="<window_id>/<window_task_id>" instead, and remove it after the first `pulumi up`'
    ),
    "custom_timeouts": (
        "custom_timeouts has no effect on dynamic providers: leave it out, and limit the attempts of a call with"
        " aws:maxRetries, or max_retries of a Provider"
    ),
    "id": (
        "id makes Pulumi read a task and ignore the arguments: write MaintenanceWindowTask.get(…, id=…) to read one,"
        ' or adopt="<window_id>/<window_task_id>" to manage it'
    ),
}
"""The resource options with which Pulumi would do something else than the program says, and what to do instead."""

FROM_PULUMI_AWS: Final = pulumi.Alias(type_=_TYPE_IN_PULUMI_AWS)
"""The alias with which a task takes over what `pulumi_aws.ssm.MaintenanceWindowTask` managed, in one `pulumi up`.

Give the task the same logical name as the old resource, and remove the old one:
`opts=ResourceOptions(aliases=[FROM_PULUMI_AWS])`. The id stays. AWS is called only where something differs, and then
once, to update. The alias may go afterwards.
"""


@legible_calls
class MaintenanceWindowTask(pulumi.dynamic.Resource, module="ssm", name="MaintenanceWindowTask"):
    """A task of an AWS Systems Manager maintenance window: what runs when the window opens.

    The preview checks everything that can be known before AWS is called, and reports all mistakes at once. Create is
    idempotent: the same program, run again after an interruption, finds its own task. Update sends the whole task, so
    that what the program no longer declares is cleared. A replacement deletes the old task first, since two live tasks
    would both run.

    The arguments are attributes too, and show what AWS holds. An argument that was left out is None, also where AWS
    fills in a default.

    Example::

        MaintenanceWindowTask(
            "uptime",
            window_id=window.id,
            task_type="RUN_COMMAND",
            task_arn="AWS-RunShellScript",
            targets=[{"key": "WindowTargetIds", "values": [target.id]}],
            max_concurrency="10%",
            max_errors="0",
            task_invocation_parameters={"run_command": {"parameters": {"commands": ["uptime"]}}},
        )

    Arguments: see `MaintenanceWindowTaskArgs`.

    Raises:
        pulumi_ssm_maintenance.errors.SsmMaintenanceError: in the output of the engine, when a call to AWS fails.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_RegisterTaskWithMaintenanceWindow.html
    """

    window_id: pulumi.Output[str]
    """The id of the window."""
    task_type: pulumi.Output[str]
    """`RUN_COMMAND`, `AUTOMATION`, `LAMBDA` or `STEP_FUNCTIONS`."""
    task_arn: pulumi.Output[str]
    """What the task runs: a document, a function or a state machine."""
    targets: pulumi.Output[Sequence[outputs.Target] | None]
    """What the task runs on."""
    max_concurrency: pulumi.Output[str | None]
    """How many targets run at once."""
    max_errors: pulumi.Output[str | None]
    """How many failures stop the task."""
    priority: pulumi.Output[int | None]
    """The priority; lower numbers run first."""
    service_role_arn: pulumi.Output[str | None]
    """The ARN of the role that the program declares. See `effective_service_role_arn` for the role that is in force."""
    task_invocation_parameters: pulumi.Output[outputs.TaskInvocationParameters | None]
    """What the document, function or state machine receives."""
    name: pulumi.Output[str | None]
    """The name of the task in the window."""
    description: pulumi.Output[str | None]
    """The description."""
    cutoff_behavior: pulumi.Output[str | None]
    """What happens to a running task at the window's cutoff."""
    alarm_configuration: pulumi.Output[outputs.AlarmConfiguration | None]
    """The CloudWatch alarm that stops the task."""
    logging_info: pulumi.Output[outputs.LoggingInfo | None]
    """Deprecated by AWS: where the output goes in S3."""
    task_parameters: pulumi.Output[Mapping[str, outputs.TaskParameterValues] | None]
    """Deprecated by AWS: the parameters of the document. Always secret."""
    region: pulumi.Output[str]
    """The region of the task, also where the program leaves it to the provider."""
    adopt: pulumi.Output[str | None]
    """The argument `adopt`."""
    idempotency_key: pulumi.Output[str]
    """The text that makes repeated runs find the same task."""
    window_task_id: pulumi.Output[str]
    """The id of the task at AWS, a UUID. The same as `id`."""
    arn: pulumi.Output[str | None]
    """The ARN of the task, as IAM policies name it. None when the account could not be determined."""
    effective_service_role_arn: pulumi.Output[str | None]
    """The ARN of the role that is in force, the service-linked role included."""

    def __init__(
        self,
        resource_name: str,
        *,
        opts: pulumi.ResourceOptions | None = None,
        **args: Unpack[MaintenanceWindowTaskArgs],
    ) -> None:
        """Declare a task with the arguments of `MaintenanceWindowTaskArgs` and the resource options `opts`.

        The option `delete_before_replace` is always on.
        """
        demand_name_and_options("MaintenanceWindowTask", resource_name, opts)
        _refuse_options(resource_name, opts)
        # An argument that does not exist is sent too, also without a value: check refuses it and names the nearest one.
        named = {name: "" if value is None and name not in _ARGUMENTS else value for name, value in args.items()}
        arguments, unsendable = sendable({name: value for name, value in named.items() if value is not None})
        properties = {
            **dict.fromkeys((*_ALWAYS_OUTPUTS, *_ignored_arguments(opts))),
            **arguments,
            BOOKKEEPING: Later(_bookkeeping, resource_name, arguments, unsendable, opts),
        }
        if "idempotency_key" not in arguments:
            properties["idempotency_key"] = Later(_default_key, resource_name, opts)
        always = pulumi.ResourceOptions(delete_before_replace=True)
        super().__init__(TaskProvider(), resource_name, properties, pulumi.ResourceOptions.merge(opts, always))

    @property
    def full_id(self) -> pulumi.Output[str]:
        """`<window_id>/<window_task_id>`: the id that `MaintenanceWindowTask.get` and the argument `adopt` take."""
        return pulumi.Output.concat(self.window_id, "/", self.window_task_id)

    if not TYPE_CHECKING:  # a type checker knows the attributes from their declarations above

        def __getattr__(self, name: str) -> pulumi.Output[None]:
            """Give None for an argument that the program leaves out: it is known, so no preview shows it as unknown."""
            if name in _ARGUMENTS:
                return self.urn.apply(lambda _: None)
            message = f"{type(self).__name__!r} object has no attribute {name!r}"
            raise AttributeError(message)

    def __init_subclass__(cls, **_kwargs: Any) -> NoReturn:
        message = (
            f"{cls.__name__}: MaintenanceWindowTask cannot be subclassed, since the state identifies it by its type;"
            " wrap it in a pulumi.ComponentResource instead"
        )
        raise TypeError(message)

    @classmethod
    def get(
        cls,
        resource_name: str,
        id: pulumi.Input[str],  # noqa: A002 - the name that `get` of every Pulumi resource uses
        region: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> "MaintenanceWindowTask":
        """Read the attributes of an existing task, without managing it.

        Args:
            resource_name: the logical name in the program.
            id: `<window_id>/<window_task_id>`, which the attribute `full_id` of a task gives.
            region: the region of the window. Default: the region of the provider.
            opts: the resource options.

        Raises:
            pulumi_ssm_maintenance.errors.TaskNotFoundError: in the output of the engine, when there is no such task.
        """
        demand_name_and_options("MaintenanceWindowTask.get", resource_name, opts)
        _refuse_options(resource_name, opts)
        _demand_texts(resource_name, id=id, region=region)
        found = cls.__new__(cls)
        properties = {
            **dict.fromkeys((*_ARGUMENTS, *COMPUTED)),
            "region": region,
            BOOKKEEPING: {"name": resource_name} | ({} if region is None else {"lookup": ["region"]}),
        }
        lookup = pulumi.ResourceOptions(id=id)
        super().__init__(found, TaskProvider(), resource_name, properties, pulumi.ResourceOptions.merge(opts, lookup))
        return found


def _demand_texts(resource_name: str, **arguments: object) -> None:
    """Refuse arguments of a lookup that are no text, of which Pulumi names none."""
    problems = [
        f"MaintenanceWindowTask.get {resource_name!r}: {name}: got {describe(value, hidden=False)}, allowed: text"
        for name, value in arguments.items()
        if not (value is None and name == "region")
        and not isinstance(value, str | pulumi.Output)
        and not isawaitable(value)
    ]
    if problems:
        raise ArgumentError(*problems)


def _refuse_options(resource_name: str, opts: pulumi.ResourceOptions | None) -> None:
    """Refuse the options with which Pulumi would do something else than the program says."""
    if opts is None:
        return
    for name, cure in _REFUSED_OPTIONS.items():
        if getattr(opts, name) is not None:
            message = f"MaintenanceWindowTask {resource_name!r}: {cure}"
            raise ArgumentError(message)
    parent = opts.parent
    inherited: Mapping[str, Any] = parent._providers if parent else {}  # noqa: SLF001 - nothing public lists them
    mapped = opts.providers if isinstance(opts.providers, Mapping) else {}
    _demand_keys_of_packages(resource_name, {**inherited, **mapped})
    given = opts.providers.values() if isinstance(opts.providers, Mapping) else opts.providers or ()
    packages = {provider.package for provider in (opts.provider, *given) if provider}
    has_own = _PACKAGE in packages or (parent and parent.get_provider(_TYPE))
    has_aws = "aws" in packages or (parent and parent.get_provider(_TYPE_IN_PULUMI_AWS))
    if has_aws and not has_own:
        message = (
            f"MaintenanceWindowTask {resource_name!r} is given a provider of pulumi_aws, which it cannot use, so it"
            " would be registered with the default account and region: give it a pulumi_ssm_maintenance.Provider with"
            " the same settings, by provider=… or providers=[…]"
        )
        raise ArgumentError(message)


def _demand_keys_of_packages(resource_name: str, providers: Mapping[str, pulumi.ProviderResource]) -> None:
    for key, provider in providers.items():
        # The SDK looks a provider up by its key, and takes the default one where there is none.
        if provider.package == _PACKAGE and key != _PACKAGE:
            message = (
                f"MaintenanceWindowTask {resource_name!r}: providers has {key!r} for a pulumi_ssm_maintenance.Provider,"
                f" so the task would not use it: pass a list of providers, or write {_PACKAGE!r} as its key"
            )
            raise ArgumentError(message)


def _ignored_arguments(opts: pulumi.ResourceOptions | None) -> frozenset[str]:
    """Return the arguments that `ignore_changes` names: their values come from the state and not from the program."""
    ignored = {top_level(path) for path in (opts and opts.ignore_changes) or ()}
    return _ARGUMENTS if "*" in ignored else _ARGUMENTS & ignored


async def _bookkeeping(
    resource_name: str,
    arguments: Mapping[str, Any],
    unsendable: Mapping[str, str],
    opts: pulumi.ResourceOptions | None,
) -> dict[str, Any]:
    facts = {"name": resource_name, **await facts_about(arguments)}
    if opts and (opts.transforms or opts.transformations):
        facts["fingerprint"] = ""  # equals none: they may make a value secret without changing it
    if unsendable:
        facts[UNSENDABLE] = [list(problem) for problem in unsendable.items()]
    if secret_outputs := _ARGUMENTS & {*((opts and opts.additional_secret_outputs) or ())}:
        facts["secrets"] = sorted({*facts["secrets"], *secret_outputs})
    if opts and opts.replace_on_changes:
        facts["replace_on_changes"] = opts.replace_on_changes
    return facts


async def _default_key(resource_name: str, opts: pulumi.ResourceOptions | None) -> str:
    # The URN is awaited. An input that depends on it as an Output would depend on the task's own parent, which the
    # engine refuses as a circular dependency.
    parent = (opts and opts.parent) or pulumi.runtime.get_root_resource()
    urn = await parent.urn.future() if parent else ""
    return idempotency_key(pulumi.get_project(), pulumi.get_stack(), urn or "", resource_name)
