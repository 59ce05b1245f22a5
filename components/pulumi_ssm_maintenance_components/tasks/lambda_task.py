"""LambdaTask: a function that a window calls, once or for each target."""

import re
from typing import Required, Unpack

import pulumi

from pulumi_ssm_maintenance_components.alerts.alarms import metric_alarm
from pulumi_ssm_maintenance_components.foundation.arguments import Problems, wrong
from pulumi_ssm_maintenance_components.foundation.roles import lambda_statements

from .lambda_function import AnyFunction, CodeArgs, check_function, task_function
from .payload import Json, rendered
from .window_task import WindowTask, WindowTaskArgs, has_targets

__all__ = ["LambdaTask", "LambdaTaskArgs"]

# https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
_QUALIFIER = re.compile(r"\$LATEST(\.PUBLISHED)?|[A-Za-z0-9_-]{1,128}")


class LambdaTaskArgs(WindowTaskArgs, total=False):
    """The arguments of `LambdaTask`."""

    function: Required[AnyFunction]
    """The function: an `aws.lambda_.Function`, the name or ARN of an existing one, or the `pathlib.Path` of a folder or
    zip file with the code of a new one."""
    code: CodeArgs
    """How a new function runs, and what its role may do. Only with a `Path`."""
    payload: Json | None
    """What the function gets: a dict, which may contain outputs, or JSON text. At most 4096 bytes of JSON. Always
    secret in the state. AWS fills in pseudo parameters such as `{{WINDOW_ID}}`, and with targets `{{RESOURCE_ID}}`.
    Default: none."""
    qualifier: pulumi.Input[str] | None
    """The version or alias to call. Default: the version that this program publishes of a new function; for an existing
    function its unpublished version, which can change under a running schedule."""


class LambdaTask(WindowTask):
    """Call a Lambda function when a window opens.

    The component creates the task, the role that calls the function, and an alarm on errors of the function, whoever
    calls it. For a folder of code it creates the function too, with its role and its log group.

    Arguments: see `LambdaTaskArgs`.

    Example::

        LambdaTask("report", window=window, function=Path("report"), payload={"window": "{{WINDOW_ID}}"})

    Raises:
        ArgumentError: an argument is wrong.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_MaintenanceWindowLambdaParameters.html
    """

    function_arn: pulumi.Output[str]
    """The ARN of the function."""
    qualifier: pulumi.Output[str] | None
    """The version or alias that the task calls; None for the unpublished version."""
    function_role_arn: pulumi.Output[str] | None
    """The ARN of the role of a new function, or None."""
    log_group_name: pulumi.Output[str] | None
    """The log group of a new function, or None."""
    alarm_arn: pulumi.Output[str] | None
    """The ARN of the alarm on errors, or None."""

    def __init__(
        self, name: str, *, opts: pulumi.ResourceOptions | None = None, **args: Unpack[LambdaTaskArgs]
    ) -> None:
        """Create the task. `LambdaTaskArgs` describes the arguments; `opts` are the resource options."""
        super().__init__("LambdaTask", name, opts)
        problems = Problems(self.where)
        args = problems.read(args, LambdaTaskArgs)
        self._check(problems, args)
        problems.check(check_function, self.where, args)
        problems.check(_check_qualifier, self.where, args)
        payload = problems.check(_payload, self.where, args)
        problems.raise_all()

        self._begin(args)
        function = task_function(self, name, self._location, args["function"], args.get("code", {}), self._tags)
        self.function_arn, self.function_role_arn = function.arn, function.role_arn
        self.log_group_name = function.log_group_name
        qualifier = args.get("qualifier")
        self.qualifier = function.version if qualifier is None else pulumi.Output.from_input(qualifier)
        self._start_with(lambda_statements(function.arn, self.qualifier), "Calls a function")
        self._register("LAMBDA", function.arn, {"lambda_": {"payload": payload, "qualifier": self.qualifier}})
        self.alarm_arn = self._alarm(function.name) if args.get("alarms", True) else None
        self.register_outputs(self.declared_outputs())

    def _alarm(self, function_name: pulumi.Input[str]) -> pulumi.Output[str]:
        return metric_alarm(
            self,
            f"{self.logical_name}-errors",
            namespace="AWS/Lambda",
            metric_name="Errors",
            dimensions={"FunctionName": function_name},
            topic_arn=self.topic_arn,
            description=f"{self.logical_name}: the function ended in an error",
            tags=self._tags,
        ).arn


def _check_qualifier(where: str, args: LambdaTaskArgs) -> None:
    qualifier = args.get("qualifier")
    if isinstance(qualifier, str) and not _QUALIFIER.fullmatch(qualifier):
        raise wrong(where, "qualifier", qualifier, "a version, an alias of letters, digits, - and _, or $LATEST")


def _payload(where: str, args: LambdaTaskArgs) -> pulumi.Output[str] | None:
    return rendered(where, "payload", args.get("payload"), unit="bytes", has_targets=has_targets(args))
