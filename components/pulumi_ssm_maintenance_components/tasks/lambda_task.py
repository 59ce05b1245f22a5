"""LambdaTask: a function that a window calls, once or for each of its targets."""

from typing import Required, Unpack

import pulumi

from pulumi_ssm_maintenance_components.alerts.rules import metric_alarm
from pulumi_ssm_maintenance_components.alerts.topics import topic_arn
from pulumi_ssm_maintenance_components.foundation.arguments import given_args
from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.location import location_of
from pulumi_ssm_maintenance_components.foundation.roles import lambda_statements

from .lambda_function import AnyFunction, CodeArgs, check_function, task_function
from .payload import Json, rendered
from .window_task import WindowTaskArgs, window_task

__all__ = ["LambdaTask", "LambdaTaskArgs"]


class LambdaTaskArgs(WindowTaskArgs, total=False):
    """The arguments of `LambdaTask`, which describes each of them."""

    function: Required[AnyFunction]
    code: CodeArgs
    payload: Json | None
    qualifier: pulumi.Input[str] | None


class LambdaTask(Component):
    """A function that is called when a window opens.

    Args:
        name: the logical name.
        window: the window, or its id.
        function: what is called: an `aws.lambda_.Function`, the name or ARN of one, or the `pathlib.Path` of a folder
            or zip file with the code of a new one.
        code: how a new function runs, and what its role may do; see `CodeArgs`.
        payload: a dict, which may hold outputs, or JSON text: at most 4096 bytes when written. Always secret in the
            state. Pseudo parameters such as `{{WINDOW_ID}}`, and with targets `{{RESOURCE_ID}}`, are filled in by AWS.
        qualifier: a version or an alias. Default: the version that this program published of a new function; none for
            another, hence its unpublished version, which changes under a running schedule.
        targets: `Targets`, several of them by name, or ids of window targets: one call for each node or
            resource. Default: none, one call in a window.
        max_concurrency: with targets only: how many at once, a number or a share as text. Default: `10%`.
        max_errors: with targets only: how many failures stop it, likewise. Default: `10%`.
        priority: 0 or more; a lower number runs earlier, equal numbers run side by side. Default: 0.
        cutoff_behavior: `CANCEL_TASK` starts nothing new after the cutoff. Default: `CONTINUE_TASK`.
        stop_on_alarm: the alarm that stops the task, or its name.
        task_role: the role that calls the function, or its ARN. Default: a new one for this function alone.
        notify: who is told of errors: a topic or its ARN, True for a new topic, a list of e-mail addresses for a new
            one that writes to them, False for nobody. Default: False.
        alarms: whether there is an alarm on the function's errors, whoever calls it. Default: True.
        tags: on top of project, stack, run and managed-by.
        opts: the resource's options.

    Attributes:
        task_id: the task's id, the first one's where there are several.
        task_ids: the ids of all, of which there are several with more than ten window targets.
        target_ids: the ids of its window targets.
        function_arn: the function's ARN.
        qualifier: what is called of it, or None.
        task_role_arn: the ARN of the role that calls it.
        function_role_arn: the ARN of the role of a new function, or None.
        log_group_name: the log group of a new function, or None.
        topic_arn: the topic's ARN, or None.
        alarm_arn: the alarm's ARN, or None.

    Raises:
        ArgumentError: an argument is wrong.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_MaintenanceWindowLambdaParameters.html
    """

    task_id: pulumi.Output[str]
    task_ids: list[pulumi.Output[str]]
    target_ids: list[pulumi.Output[str]]
    function_arn: pulumi.Output[str]
    qualifier: pulumi.Output[str] | None
    task_role_arn: pulumi.Output[str]
    function_role_arn: pulumi.Output[str] | None
    log_group_name: pulumi.Output[str] | None
    topic_arn: pulumi.Output[str] | None
    alarm_arn: pulumi.Output[str] | None

    def __init__(
        self, name: str, *, opts: pulumi.ResourceOptions | None = None, **args: Unpack[LambdaTaskArgs]
    ) -> None:
        super().__init__("LambdaTask", name, opts)
        where = f"LambdaTask {name!r}"
        args = given_args(where, args, LambdaTaskArgs)
        code = given_args(f"{where}: code", args["code"], CodeArgs) if "code" in args else None
        check_function(where, args["function"], code)
        has_targets = args.get("targets") is not None
        payload = rendered(where, "payload", args.get("payload"), unit="bytes", has_targets=has_targets)
        task, location = window_task(self, name, where, args), location_of(self)
        function = task_function(self, name, location, args["function"], code or {}, task.tags)
        asked = args.get("qualifier")
        self.qualifier = function.version if asked is None else pulumi.Output.from_input(asked)
        self.task_role_arn = task.role_arn(lambda_statements(function.arn, self.qualifier), "Calls a function")
        self.task_ids = task.register(
            "LAMBDA",
            function.arn,
            self.task_role_arn,
            {"lambda_": {"payload": payload, "qualifier": self.qualifier}},
        )
        self.task_id, self.target_ids = self.task_ids[0], task.target_ids
        self.function_arn, self.function_role_arn = function.arn, function.role_arn
        self.log_group_name = function.log_group_name
        self.topic_arn = topic_arn(self, name, location, args.get("notify", False), task.tags)
        self.alarm_arn = None
        if args.get("alarms", True):
            self.alarm_arn = metric_alarm(
                self,
                f"{name}-errors",
                namespace="AWS/Lambda",
                metric_name="Errors",
                dimensions={"FunctionName": function.name},
                topic_arn=self.topic_arn,
                description=f"{name}: the function ended in an error",
                tags=task.tags,
            ).arn
        self.register_outputs({key: getattr(self, key) for key in LambdaTask.__annotations__})
