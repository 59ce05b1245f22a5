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

    Everything that can be known is checked at preview. Creating it is idempotent: the same program run again after
    an interruption finds its own task. An update sends the whole task, so that what is removed from the program is
    cleared at AWS, and nothing else is touched. A replacement deletes the old task first: two live tasks would both
    run.

    Args:
        resource_name: the logical name in the program.
        window_id: the window's id, `mw-` and 17 hex digits. A change replaces.
        task_type: `RUN_COMMAND`, `AUTOMATION`, `LAMBDA` or `STEP_FUNCTIONS`. A change replaces.
        task_arn: 1 to 1600 characters: the name or ARN of a document (`RUN_COMMAND`, `AUTOMATION`) or of a function
            (`LAMBDA`), or the ARN of a state machine.
        targets: 1 to 5 targets. Required for `RUN_COMMAND`; the other types run once in a window without targets,
            and once for every target with them. Several window targets run one after the other, in this order.
        max_concurrency: how many targets at once, a number (`"10"`) or a share (`"10%"`), as text. Required with
            targets, refused without.
        max_errors: how many failures stop the task, a number (`"0"`: the first one) or a share, as text. Required
            with targets, refused without.
        priority: 0 or more; a lower number runs earlier, equal numbers run side by side. Default: 0.
        service_role_arn: the ARN of the role that Systems Manager assumes to start the task. Default: the
            service-linked role, whose ARN `effective_service_role_arn` then shows.
        task_invocation_parameters: what the document, function or state machine is given: one block, that of the
            task's type.
        name: 3 to 128 characters of `a-z A-Z 0-9 _ - .`.
        description: 1 to 128 characters. Never printed by this package.
        cutoff_behavior: what happens to a running task at the window's cutoff, `CONTINUE_TASK` or `CANCEL_TASK`.
            Default: `CONTINUE_TASK`.
        alarm_configuration: the CloudWatch alarm that stops the task.
        logging_info: deprecated by AWS in favour of `output_s3_bucket_name` of `run_command`.
        task_parameters: deprecated by AWS in favour of `parameters` of `run_command`. Always secret in the state.
        region: the region of the window. Default: the provider's. A change replaces.
        adopt: `<window_id>/<window_task_id>` of a task that exists and is not managed by any program: create takes
            it over instead of registering a new one. Remove it after the first `pulumi up`. A task that
            `aws.ssm.MaintenanceWindowTask` manages must leave that resource first (`retain_on_delete`, or
            `pulumi state delete`): in a single `up`, the removal of the old resource deregisters the adopted task.
            Never change an adopted task with another tool again: most clear the alarm, which they do not know.
        idempotency_key: text that, with the arguments, names this task in the world. Default: made of project,
            stack, parent and logical name. Needed only where two programs share all of these, or to register anew
            what AWS remembers otherwise.
        opts: the resource's options. `delete_before_replace` is always on.

    Attributes:
        window_task_id: the task's id at AWS, a UUID; the same as `id`.
        arn: the task's ARN, as IAM knows it; None when the account could not be found out.
        effective_service_role_arn: the role in force, the service-linked one included.

    The arguments are attributes too, with what AWS holds; what AWS filled in by itself is None.

    A mistake fails the preview with a line for each, and no call to AWS. What fails later is one of
    `pulumi_ssm_maintenance.errors`, in the engine's output.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_RegisterTaskWithMaintenanceWindow.html
    """

    window_id: pulumi.Output[str]
    task_type: pulumi.Output[str]
    task_arn: pulumi.Output[str]
    targets: pulumi.Output[Sequence[outputs.Target] | None]
    max_concurrency: pulumi.Output[str | None]
    max_errors: pulumi.Output[str | None]
    priority: pulumi.Output[int | None]
    service_role_arn: pulumi.Output[str | None]
    task_invocation_parameters: pulumi.Output[outputs.TaskInvocationParameters | None]
    name: pulumi.Output[str | None]
    description: pulumi.Output[str | None]
    cutoff_behavior: pulumi.Output[str | None]
    alarm_configuration: pulumi.Output[outputs.AlarmConfiguration | None]
    logging_info: pulumi.Output[outputs.LoggingInfo | None]
    task_parameters: pulumi.Output[Mapping[str, outputs.TaskParameterValues] | None]
    region: pulumi.Output[str]
    adopt: pulumi.Output[str | None]
    idempotency_key: pulumi.Output[str]
    window_task_id: pulumi.Output[str]
    arn: pulumi.Output[str | None]
    effective_service_role_arn: pulumi.Output[str | None]

    def __init__(
        self,
        resource_name: str,
        *,
        opts: pulumi.ResourceOptions | None = None,
        **args: Unpack[MaintenanceWindowTaskArgs],
    ) -> None:
        arguments = with_outputs(args)
        # An unknown argument goes along: check refuses it with the nearest known name, and all else that is wrong.
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
            f"{cls.__name__}: MaintenanceWindowTask cannot be subclassed, since its type is what the state knows it by;"
            " wrap it in a pulumi.ComponentResource instead"
        )
        raise TypeError(message)

    @classmethod
    def get(
        cls,
        resource_name: str,
        id: pulumi.Input[str],  # noqa: A002 - the name that every Pulumi resource has for it
        region: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> "MaintenanceWindowTask":
        """Look up a task that exists, to read its attributes; it is not managed.

        Args:
            resource_name: the logical name in the program.
            id: `<window_id>/<window_task_id>`.
            region: the region of the window. Default: the provider's.
            opts: the resource's options.

        Raises:
            TaskNotFoundError: in the engine's output, when there is no such task.
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
    # Awaited, and not an Output: an input that depends on the task's own parent would be a circle.
    parent = (opts and opts.parent) or pulumi.runtime.get_root_resource()
    urn = await parent.urn.future() if parent else ""
    return idempotency_key(pulumi.get_project(), pulumi.get_stack(), urn or "", resource_name)
