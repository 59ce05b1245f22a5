"""What AWS demands of a task and its model does not say: the rules between fields, and the traps.

AWS checks some of this when the task is registered, and the rest only when the window opens. Every rule is a pure
function of the API request; it yields a failure or a warning for each mistake, with the argument's path. A rule
that comes upon a value that is not known yet stops there: what it had found stands, the rest is for the next run.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from itertools import islice
from typing import Any, Final

from .codec import MOST_FAILURES, UNKNOWN, Failure
from .model import identifier_shape
from .paths import covers, item

# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_MaintenanceWindowTaskInvocationParameters.html
BLOCKS: Final = {
    "RUN_COMMAND": ("RunCommand", "run_command"),
    "AUTOMATION": ("Automation", "automation"),
    "LAMBDA": ("Lambda", "lambda_"),
    "STEP_FUNCTIONS": ("StepFunctions", "step_functions"),
}

_MAX_WINDOW_TARGETS: Final = 10  # over all targets of a task; met by users: terraform-provider-aws issue 18372
_MAX_INSTANCES: Final = 50
_TARGET_KEYS: Final = {  # key -> the model's shape of its values, the most of them in one task
    "InstanceIds": ("InstanceId", _MAX_INSTANCES),
    "WindowTargetIds": ("MaintenanceWindowTargetId", _MAX_WINDOW_TARGETS),
}

# What a task ARN must name, where it is an ARN at all. A state machine has no other name than its ARN.
_ARN: Final = re.compile(
    r"arn:[\w-]+:(?P<service>[\w-]+):(?P<region>[\w-]*):(?P<account>\w*):(?P<resource>.+)", re.DOTALL
)
_TASK_ARNS: Final = {
    "RUN_COMMAND": ("ssm", ("document/",), "the name or ARN of a Command document"),
    "AUTOMATION": ("ssm", ("document/", "automation-definition/"), "the name or ARN of an Automation runbook"),
    "LAMBDA": ("lambda", ("function:",), "the name or ARN of a function"),
    "STEP_FUNCTIONS": ("states", ("stateMachine:",), "the ARN of a state machine"),
}

_NODE_PSEUDO_PARAMETER: Final = re.compile(r"\{\{\s*(TARGET_ID|RESOURCE_ID)\s*\}\}")


class _Unresolved(Exception):  # noqa: N818 - not an error: the rule has met a value that is not known yet
    pass


def _known(value: Any) -> Any:
    if value is UNKNOWN:
        raise _Unresolved
    if isinstance(value, dict):
        return _KnownDict(value)
    return _KnownList(value) if isinstance(value, list) else value


class _KnownDict(dict[str, Any]):
    def __getitem__(self, key: str) -> Any:
        return _known(super().__getitem__(key))

    def get(self, key: str, default: Any = None) -> Any:
        return _known(super().get(key, default))


class _KnownList(list[Any]):
    def known_items(self) -> Iterator[tuple[int, Any]]:
        """Give the items that are known, each with its place."""
        return ((index, _known(part)) for index, part in enumerate(self) if part is not UNKNOWN)


@dataclass(frozen=True, slots=True)
class Findings:
    """What the rules found in one task."""

    failures: list[Failure]
    warnings: list[Failure]


def examine(request: dict[str, Any], secrets: tuple[str, ...] = ()) -> Findings:
    """Apply all rules to a task's API request; no failure shows a value inside one of the `secrets` paths."""
    task = _KnownDict(request)
    failures = (_hushed(failure, secrets) for rule in RULES for failure in _found(rule, task))
    return Findings(
        failures=[*islice(failures, MOST_FAILURES)],
        warnings=[warning for rule in WARNINGS for warning in _found(rule, task)],
    )


def has_targets(request: dict[str, Any]) -> bool:
    """Tell whether a task runs on targets; what is not known yet counts as given."""
    return bool(request.get("Targets"))


def _found(rule: "Rule", task: _KnownDict) -> Iterator[Failure]:
    try:
        yield from rule(task)
    except _Unresolved:
        return


def _hushed(failure: Failure, secrets: tuple[str, ...]) -> Failure:
    secret = failure.got is not None and covers(secrets, failure.path)
    return replace(failure, got="a secret value") if secret else failure


def rates_belong_to_targets(task: _KnownDict) -> Iterator[Failure]:
    """Demand both rates with targets, and none without.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/maintenance-windows-targetless-tasks.html
    """
    targeted = has_targets(task)
    for name, argument in (("MaxConcurrency", "max_concurrency"), ("MaxErrors", "max_errors")):
        given = name in task
        if targeted and not given:
            yield Failure(argument, 'is required for a task with targets, for example "1" or "10%"')
        if given and not targeted:
            yield Failure(argument, "is not allowed for a task without targets; leave it out")


def run_command_needs_targets(task: _KnownDict) -> Iterator[Failure]:
    """Demand targets of a Run Command task."""
    if task.get("TaskType") == "RUN_COMMAND" and not has_targets(task):
        yield Failure("targets", "is required for a RUN_COMMAND task: 1 to 5 targets by InstanceIds or WindowTargetIds")


def target_keys(task: _KnownDict) -> Iterator[Failure]:
    """Allow the two keys that the service takes, to the letter."""
    for index, target in task.get("Targets", _KnownList()).known_items():
        yield from _found(partial(_target_key, f"{item('targets', index)}.key"), target)


def _target_key(path: str, target: _KnownDict) -> Iterator[Failure]:
    key = target.get("Key")
    if key is None:
        yield Failure(path, "is required: InstanceIds or WindowTargetIds")
    elif key.startswith(("tag:", "tag-key", "resource-groups:")):
        cure = "tags and resource groups belong in a MaintenanceWindowTarget, whose id goes here under WindowTargetIds"
        yield Failure(path, f"allowed are InstanceIds and WindowTargetIds; {cure}", got=repr(key))
    elif key not in _TARGET_KEYS:
        near = get_close_matches(key.lower(), map(str.lower, _TARGET_KEYS), n=1)
        meant = "".join(f"; did you mean {known}?" for known in _TARGET_KEYS if known.lower() in near)
        yield Failure(path, f"allowed are InstanceIds and WindowTargetIds{meant}", got=repr(key))


def target_values(task: _KnownDict) -> Iterator[Failure]:
    """Demand values for every target, each of the form that its key asks for."""
    for index, target in task.get("Targets", _KnownList()).known_items():
        yield from _found(partial(_target_values, f"{item('targets', index)}.values"), target)


def _target_values(path: str, target: _KnownDict) -> Iterator[Failure]:
    if "Values" not in target:
        yield Failure(path, "is required: at least one id")
        return
    shape, _ = _TARGET_KEYS.get(target.get("Key"), (None, 0))
    if shape is None:
        return
    for position, value in target["Values"].known_items():
        pattern = identifier_shape(shape).pattern
        if pattern and not pattern.fullmatch(value):
            yield Failure(item(path, position), f"which is no id of this kind ({pattern.pattern})", got=repr(value))


def target_count(task: _KnownDict) -> Iterator[Failure]:
    """Bound the ids over all targets of the task."""
    for key, (_, most) in _TARGET_KEYS.items():
        # The length of a list is known even where an id in it is not.
        targets = (target for _, target in task.get("Targets", _KnownList()).known_items())
        count = sum(len(target.get("Values", ())) for target in targets if target.get("Key") == key)
        if count > most:
            cure = f"allowed are at most {most} in one task; split them over more tasks"
            yield Failure("targets", cure, got=f"{count} {key}")


def block_matches_task_type(task: _KnownDict) -> Iterator[Failure]:
    """Allow the invocation parameters of the task's own type only."""
    given = task.get("TaskInvocationParameters", _KnownDict())
    own, argument = BLOCKS.get(task.get("TaskType", ""), (None, ""))
    if own is None:
        return
    for block, name in BLOCKS.values():
        if block in given and block != own:
            yield Failure(
                f"task_invocation_parameters.{name}",
                f"does not belong to a {task['TaskType']} task; allowed is {argument} only",
            )


def task_arn_fits_task_type(task: _KnownDict) -> Iterator[Failure]:
    """Refuse a task ARN that names something of another service or kind."""
    fact = _TASK_ARNS.get(task.get("TaskType", ""))
    given = task.get("TaskArn")
    if fact is None or given is None:
        return
    service, kinds, wanted = fact
    needs_arn = task["TaskType"] == "STEP_FUNCTIONS"
    if not given.startswith("arn:"):
        if needs_arn:
            yield Failure("task_arn", f"allowed is {wanted}", got=repr(given))
        return
    arn = _ARN.fullmatch(given)
    if arn is None or arn["service"] != service or not arn["resource"].startswith(kinds):
        yield Failure("task_arn", f"allowed is {wanted}", got=repr(given))


def roles_are_role_arns(task: _KnownDict) -> Iterator[Failure]:
    """Demand whole ARNs for the task role and the notification role."""
    yield from _arn_of("service_role_arn", task.get("ServiceRoleArn"), "iam", "role/", "the ARN of a role")
    run_command = task.get("TaskInvocationParameters", _KnownDict()).get("RunCommand", _KnownDict())
    path = "task_invocation_parameters.run_command"
    yield from _arn_of(
        f"{path}.service_role_arn", run_command.get("ServiceRoleArn"), "iam", "role/", "the ARN of a role"
    )
    topic = run_command.get("NotificationConfig", _KnownDict()).get("NotificationArn")
    yield from _arn_of(f"{path}.notification_config.notification_arn", topic, "sns", "", "the ARN of an SNS topic")


def _arn_of(path: str, given: str | None, service: str, kind: str, wanted: str) -> Iterator[Failure]:
    if given is None:
        return
    arn = _ARN.fullmatch(given)
    if arn is None or arn["service"] != service or not arn["resource"].startswith(kind):
        yield Failure(path, f"allowed is {wanted}", got=repr(given))


def alarm_is_named_not_arned(task: _KnownDict) -> Iterator[Failure]:
    """Refuse the ARN of an alarm where its name belongs.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Alarm.html
    """
    for index, alarm in task.get("AlarmConfiguration", _KnownDict()).get("Alarms", _KnownList()).known_items():
        name = alarm.get("Name", "")
        arn = _ARN.fullmatch(name)
        if arn and arn["service"] == "cloudwatch":
            path = f"{item('alarm_configuration.alarms', index)}.name"
            yield Failure(path, "allowed is the alarm's name, not its ARN", got=repr(name))


def payload_is_json(task: _KnownDict) -> Iterator[Failure]:
    """Demand JSON where the task type's service takes nothing else.

    https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
    https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
    """
    blocks = task.get("TaskInvocationParameters", _KnownDict())
    payload = blocks.get("Lambda", _KnownDict()).get("Payload")
    if payload is not None:
        yield from _json("task_invocation_parameters.lambda_.payload", payload.decode("utf-8"))
    given = blocks.get("StepFunctions", _KnownDict()).get("Input")
    if given is not None:
        yield from _json("task_invocation_parameters.step_functions.input", given)


def _json(path: str, text: str) -> Iterator[Failure]:
    # A pseudo parameter stands for text that only the run knows, so the whole is JSON then or not at all.
    if _holds_pseudo_parameter(text):
        return
    try:
        _read_json(text)
    except json.JSONDecodeError as error:
        yield Failure(path, f"is not JSON (line {error.lineno}, column {error.colno}); write json.dumps(…)")
    except ValueError as error:
        yield Failure(path, f"is not JSON: {error}")
    except RecursionError:
        yield Failure(path, "is nested too deeply")


def _holds_pseudo_parameter(text: str) -> bool:
    # No regular expression: on text with many openings and no end it would look for the end from each of them.
    _, opened, rest = text.partition("{{")
    return bool(opened) and "}}" in rest


def _read_json(text: str | bytes) -> None:
    # Python reads NaN and Infinity, which JSON does not have, and refuses numbers of some thousand digits.
    json.loads(text, parse_constant=_no_constant, parse_int=str)


def _no_constant(name: str) -> None:
    raise ValueError(f"it has no {name.removeprefix('-')}")


def client_context_is_base64_json(task: _KnownDict) -> Iterator[Failure]:
    """Demand base64 of JSON for the client context.

    https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
    """
    context = task.get("TaskInvocationParameters", _KnownDict()).get("Lambda", _KnownDict()).get("ClientContext")
    if context is None:
        return
    try:
        _read_json(base64.b64decode(context, validate=True))
    except (binascii.Error, ValueError, RecursionError):
        yield Failure(
            "task_invocation_parameters.lambda_.client_context",
            "is not base64 of JSON; write base64.b64encode(json.dumps(…).encode()).decode()",
        )


def notification_without_its_role(task: _KnownDict) -> Iterator[Failure]:
    """Point out notifications that nobody may publish.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-sns-notifications.html
    """
    run_command = task.get("TaskInvocationParameters", _KnownDict()).get("RunCommand", _KnownDict())
    if "NotificationConfig" in run_command and "ServiceRoleArn" not in run_command:
        yield Failure(
            "task_invocation_parameters.run_command.service_role_arn",
            "is the role that publishes notifications; without it notification_config has no effect",
        )


def pinned_hash_of_an_aws_document(task: _KnownDict) -> Iterator[Failure]:
    """Point out a hash that AWS's next update of its document breaks."""
    run_command = task.get("TaskInvocationParameters", _KnownDict()).get("RunCommand", _KnownDict())
    if "DocumentHash" in run_command and str(task.get("TaskArn")).startswith("AWS-"):
        yield Failure(
            "task_invocation_parameters.run_command.document_hash",
            "pins a document that AWS updates; the task fails from that update on",
        )


def node_pseudo_parameters_without_nodes(task: _KnownDict) -> Iterator[Failure]:
    """Point out pseudo parameters that stand for nothing.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/maintenance-window-tasks-pseudo-parameters.html
    """
    run_command = task.get("TaskType") == "RUN_COMMAND"
    if not run_command and has_targets(task):
        return
    where = "a RUN_COMMAND task" if run_command else "a task without targets"
    named = {
        name for text in _texts(task.get("TaskInvocationParameters")) for name in _NODE_PSEUDO_PARAMETER.findall(text)
    }
    for name in sorted(named):
        yield Failure("task_invocation_parameters", f"{{{{{name}}}}} has no meaning in {where}")


def constant_execution_name(task: _KnownDict) -> Iterator[Failure]:
    """Point out an execution name that works once.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
    """
    name = task.get("TaskInvocationParameters", _KnownDict()).get("StepFunctions", _KnownDict()).get("Name")
    if name is not None and not _holds_pseudo_parameter(name):
        yield Failure(
            "task_invocation_parameters.step_functions.name",
            "is the same in every run, and a standard workflow refuses a name again for 90 days;"
            " put {{INVOCATION_ID}} in it",
        )


def deprecated_pair(task: _KnownDict) -> Iterator[Failure]:
    """Point out the two fields that AWS has deprecated, and when they are ignored."""
    ignored = task.get("TaskType") != "RUN_COMMAND" or "TaskInvocationParameters" in task
    for name, argument, successor in (
        ("LoggingInfo", "logging_info", "output_s3_bucket_name and output_s3_key_prefix"),
        ("TaskParameters", "task_parameters", "parameters"),
    ):
        if name in task:
            fate = "; AWS ignores it in this task" if ignored else ""
            yield Failure(argument, f"is deprecated by AWS{fate}; use {successor} of task_invocation_parameters")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes):
        yield value.decode("utf-8")
    elif isinstance(value, dict):
        for key in value:
            yield from _texts(value[key])
    elif isinstance(value, _KnownList):
        for _, part in value.known_items():
            yield from _texts(part)


Rule = Callable[[_KnownDict], Iterator[Failure]]

RULES: Final[tuple[Rule, ...]] = (
    run_command_needs_targets,
    rates_belong_to_targets,
    target_keys,
    target_values,
    target_count,
    block_matches_task_type,
    task_arn_fits_task_type,
    roles_are_role_arns,
    alarm_is_named_not_arned,
    payload_is_json,
    client_context_is_base64_json,
)

WARNINGS: Final[tuple[Rule, ...]] = (
    notification_without_its_role,
    pinned_hash_of_an_aws_document,
    node_pseudo_parameters_without_nodes,
    constant_execution_name,
    deprecated_pair,
)
