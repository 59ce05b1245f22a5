"""The resource: a task of an AWS Systems Manager maintenance window."""

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn, Unpack

import pulumi
import pulumi.dynamic

from . import outputs
from ._dynamic import TaskProvider
from ._secret_inputs import secret_paths, with_outputs
from .args import MaintenanceWindowTaskArgs
from .core.identity import idempotency_key
from .lifecycle.properties import BOOKKEEPING, COMPUTED

__all__ = ["MaintenanceWindowTask"]

_ARGUMENTS = (*MaintenanceWindowTaskArgs.__annotations__,)


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
        arguments = with_outputs(args)
        # An argument that does not exist is sent too: check refuses it and names the nearest one.
        properties = {
            **dict.fromkeys((*_ARGUMENTS, *COMPUTED)),
            **arguments,
            BOOKKEEPING: {"name": resource_name, "secrets": secret_paths(arguments)},
        }
        if properties["idempotency_key"] is None:
            properties["idempotency_key"] = _default_key(resource_name, opts)
        always = pulumi.ResourceOptions(delete_before_replace=True)
        super().__init__(TaskProvider(), resource_name, properties, pulumi.ResourceOptions.merge(opts, always))

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
            id: `<window_id>/<window_task_id>`.
            region: the region of the window. Default: the region of the provider.
            opts: the resource options.

        Raises:
            pulumi_ssm_maintenance.errors.TaskNotFoundError: in the output of the engine, when there is no such task.
        """
        found = cls.__new__(cls)
        properties = {
            **dict.fromkeys((*_ARGUMENTS, *COMPUTED)),
            "region": region,
            BOOKKEEPING: {"name": resource_name},
        }
        lookup = pulumi.ResourceOptions(id=id)
        super().__init__(found, TaskProvider(), resource_name, properties, pulumi.ResourceOptions.merge(opts, lookup))
        return found


async def _default_key(resource_name: str, opts: pulumi.ResourceOptions | None) -> str:
    # The URN is awaited. An input that depends on it as an Output would depend on the task's own parent, which the
    # engine refuses as a circular dependency.
    parent = (opts and opts.parent) or pulumi.runtime.get_root_resource()
    urn = await parent.urn.future() if parent else ""
    return idempotency_key(pulumi.get_project(), pulumi.get_stack(), urn or "", resource_name)
