"""The rules that AWS applies to a task and its model does not contain, and warnings of common traps.

AWS checks some of them when the task is registered, and the rest when the window opens. A rule is a pure function of
the API request. It yields a failure or a warning for each mistake, with the path of the argument. A value that is not
known yet is never a mistake.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import islice
from typing import Any, Final

from .codec import MAX_FAILURES, UNKNOWN, Failure
from .constraints import pattern_in_words
from .model import identifier_shape
from .paths import covers, item, member

# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_MaintenanceWindowTaskInvocationParameters.html
BLOCKS: Final = {
    "RUN_COMMAND": ("RunCommand", "run_command"),
    "AUTOMATION": ("Automation", "automation"),
    "LAMBDA": ("Lambda", "lambda_"),
    "STEP_FUNCTIONS": ("StepFunctions", "step_functions"),
}

_MAX_WINDOW_TARGETS: Final = 10  # in all targets of a task together: terraform-provider-aws issue 18372
_MAX_INSTANCES: Final = 50
_TARGET_KEYS: Final = {  # key -> the model's shape of its values, and how many one task may have
    "InstanceIds": ("InstanceId", _MAX_INSTANCES),
    "WindowTargetIds": ("MaintenanceWindowTargetId", _MAX_WINDOW_TARGETS),
}

# Service, kinds of resource, and words for what a task ARN may name. Only a state machine has to be given as an ARN.
_ARN: Final = re.compile(
    r"arn:[\w-]+:(?P<service>[\w-]+):(?P<region>[\w-]*):(?P<account>\w*):(?P<resource>.+)", re.DOTALL
)
_TASK_ARNS: Final = {
    "RUN_COMMAND": ("ssm", ("document/",), "the name or ARN of a Command document"),
    "AUTOMATION": ("ssm", ("document/", "automation-definition/"), "the name or ARN of an Automation runbook"),
    "LAMBDA": ("lambda", ("function:",), "the name or ARN of a function"),
    "STEP_FUNCTIONS": ("states", ("stateMachine:",), "the ARN of a state machine"),
}

_ROLE: Final = ("iam", ("role/",), "the ARN of a role")
_TOPIC: Final = ("sns", ("",), "the ARN of an SNS topic")

# https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-ssm-documents.html
_PATCH_DOCUMENT: Final = "AWS-RunPatchBaseline"
_PATCH_DOCUMENT_WITH_HOOKS: Final = "AWS-RunPatchBaselineWithHooks"
_PATCH_DOCUMENTS: Final = (_PATCH_DOCUMENT, "AWS-RunPatchBaselineAssociation", _PATCH_DOCUMENT_WITH_HOOKS)
# A name, or an ARN, which has no account. AWS reserves these prefixes.
# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html
_OWNED_BY_AWS: Final = re.compile(r"(arn:[^:]+:ssm:[^:]*::document/)?(AWS|Amazon)")
_HOOKS: Final = ("PreInstallHookDocName", "PostInstallHookDocName", "OnExitHookDocName")
_LISTS: Final = ("InstallOverrideList", "BaselineOverride")
# Parameter -> its values, the default first; empty where it takes any.
_BY_BASELINE: Final[Mapping[str, tuple[str, ...]]] = {
    "Operation": ("Install", "Scan"),
    "RebootOption": ("RebootIfNeeded", "NoReboot"),
    **dict.fromkeys(("SnapshotId", *_HOOKS, *_LISTS), ()),
}
_SPELLING: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    **dict.fromkeys(_PATCH_DOCUMENTS, _BY_BASELINE),
    "AWS-InstallWindowsUpdates": {"Action": ("Install", "Scan"), "AllowReboot": ("True", "False")},
}
_REBOOTS: Final = {"Operation": "RebootOption", "Action": "AllowReboot"}

_NODE_PSEUDO_PARAMETER: Final = re.compile(r"\{\{\s*(TARGET_ID|RESOURCE_ID)\s*\}\}")

# Python's own limit on the depth of JSON differs from version to version.
_DEEPEST_JSON: Final = 500
_BRACKET: Final = re.compile(r"[\[\]{}]")
# A text that does not end is taken to the end, or many quotes would take quadratic time.
_JSON_STRING: Final = re.compile(r'"(?:[^"\\]|\\(?:.|\Z))*(?:"|\Z)', re.DOTALL)


Request = Mapping[str, Any]
"""An API request, or a structure in it. Values that are not known yet are `UNKNOWN`."""


def known(part: Request, *path: str) -> Any:
    """Give the value at a path of API names; None where it was left out or is not known yet."""
    value: Any = part
    for name in path:
        value = value.get(name)
        if value is None or value is UNKNOWN:
            return None
    return value


def block(task: Request, name: str) -> Request:
    """Give one block of the invocation parameters, empty where it was left out or is not known yet."""
    return known(task, "TaskInvocationParameters", name) or {}


def known_items(part: Request, *path: str) -> Iterator[tuple[int, Any]]:
    """Give the known items of the list at a path, each with its index."""
    return ((index, value) for index, value in enumerate(known(part, *path) or ()) if value is not UNKNOWN)


@dataclass(frozen=True, slots=True)
class Findings:
    """What the rules find in one task."""

    failures: list[Failure]
    warnings: list[Failure]


def examine(request: Request, secrets: tuple[str, ...] = ()) -> Findings:
    """Apply all rules to a task's API request; no failure shows a value inside one of the `secrets` paths."""
    failures = (_without_secret(failure, secrets) for rule in RULES for failure in rule(request))
    return Findings(
        failures=[*islice(failures, MAX_FAILURES)],
        warnings=[warning for rule in WARNINGS for warning in rule(request)],
    )


def has_targets(request: Request) -> bool:
    """Tell whether a task has targets. Targets that are not known yet count."""
    return bool(request.get("Targets"))


def _without_secret(failure: Failure, secrets: tuple[str, ...]) -> Failure:
    secret = failure.got is not None and covers(secrets, failure.path)
    return replace(failure, got="a secret value") if secret else failure


def rates_belong_to_targets(task: Request) -> Iterator[Failure]:
    """Require both rates with targets, and refuse them without.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/maintenance-windows-targetless-tasks.html
    """
    targeted = has_targets(task)
    for name, argument in (("MaxConcurrency", "max_concurrency"), ("MaxErrors", "max_errors")):
        is_set = name in task
        if targeted and not is_set:
            yield Failure(argument, 'is required for a task with targets, for example "1" or "10%"')
        if is_set and not targeted:
            yield Failure(argument, "is not allowed for a task without targets; leave it out")


def run_command_needs_targets(task: Request) -> Iterator[Failure]:
    """Require targets for a Run Command task."""
    if known(task, "TaskType") == "RUN_COMMAND" and not has_targets(task):
        yield Failure("targets", "is required for a RUN_COMMAND task: 1 to 5 targets by InstanceIds or WindowTargetIds")


def target_keys(task: Request) -> Iterator[Failure]:
    """Allow exactly the two keys that the service accepts."""
    for index, target in known_items(task, "Targets"):
        path, key = f"{item('targets', index)}.key", known(target, "Key")
        if "Key" not in target:
            yield Failure(path, "is required: InstanceIds or WindowTargetIds")
        elif key is not None and key not in _TARGET_KEYS:
            yield Failure(path, f"allowed are InstanceIds and WindowTargetIds{_cure_of_key(key)}", got=repr(key))


def _cure_of_key(key: str) -> str:
    if key.startswith(("tag:", "tag-key", "resource-groups:")):
        return (
            "; tags and resource groups belong in a MaintenanceWindowTarget, whose id goes here under WindowTargetIds"
        )
    nearest = get_close_matches(key.lower(), map(str.lower, _TARGET_KEYS), n=1)
    return "".join(f"; did you mean {one}?" for one in _TARGET_KEYS if one.lower() in nearest)


def target_values(task: Request) -> Iterator[Failure]:
    """Require values for every target, in the form that the key requires."""
    for index, target in known_items(task, "Targets"):
        path = f"{item('targets', index)}.values"
        if "Values" not in target:
            yield Failure(path, "is required: at least one id")
        shape, _ = _TARGET_KEYS.get(known(target, "Key"), (None, 0))
        pattern = identifier_shape(shape).pattern if shape else None
        for position, value in known_items(target, "Values"):
            if pattern and not pattern.fullmatch(value):
                allowed = pattern_in_words(identifier_shape(shape)) or f"what matches {pattern.pattern}"
                yield Failure(item(path, position), f"allowed is {allowed}", got=repr(value))


def target_count(task: Request) -> Iterator[Failure]:
    """Limit the number of ids in all targets of the task together."""
    for key, (_, most) in _TARGET_KEYS.items():
        # The length of a list is known even where its ids are not.
        targets = [target for _, target in known_items(task, "Targets") if known(target, "Key") == key]
        count = sum(len(known(target, "Values") or ()) for target in targets)
        if count > most:
            cure = f"allowed are at most {most} in one task; split them over more tasks"
            yield Failure("targets", cure, got=f"{count} {key}")


def block_matches_task_type(task: Request) -> Iterator[Failure]:
    """Allow the invocation parameters of the task's own type only."""
    own, argument = BLOCKS.get(known(task, "TaskType"), (None, ""))
    if own is None:
        return
    for api_name, name in BLOCKS.values():
        if api_name in (known(task, "TaskInvocationParameters") or {}) and api_name != own:
            yield Failure(
                f"task_invocation_parameters.{name}",
                f"does not belong to a {task['TaskType']} task; allowed is {argument} only",
            )


def task_arn_fits_task_type(task: Request) -> Iterator[Failure]:
    """Refuse a task ARN that names something of another service or kind."""
    task_type, task_arn = known(task, "TaskType"), known(task, "TaskArn")
    if task_type not in _TASK_ARNS or task_arn is None:
        return
    service, kinds, wanted = _TASK_ARNS[task_type]
    if task_type == "STEP_FUNCTIONS" or task_arn.startswith("arn:"):
        yield from _arn("task_arn", task_arn, service, kinds, wanted)


def roles_and_topic_are_arns(task: Request) -> Iterator[Failure]:
    """Require full ARNs for the task role, the notification role and the topic."""
    run_command, path = block(task, "RunCommand"), "task_invocation_parameters.run_command"
    topic = known(run_command, "NotificationConfig", "NotificationArn")
    yield from _arn("service_role_arn", known(task, "ServiceRoleArn"), *_ROLE)
    yield from _arn(f"{path}.service_role_arn", known(run_command, "ServiceRoleArn"), *_ROLE)
    yield from _arn(f"{path}.notification_config.notification_arn", topic, *_TOPIC)


def _arn(path: str, text: str | None, service: str, kinds: tuple[str, ...], wanted: str) -> Iterator[Failure]:
    arn = _ARN.fullmatch(text or "")
    if text is not None and (arn is None or arn["service"] != service or not arn["resource"].startswith(kinds)):
        yield Failure(path, f"allowed is {wanted}", got=repr(text))


def alarm_is_given_by_name(task: Request) -> Iterator[Failure]:
    """Refuse the ARN of an alarm in place of its name.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Alarm.html
    """
    for index, alarm in known_items(task, "AlarmConfiguration", "Alarms"):
        name = known(alarm, "Name")
        arn = _ARN.fullmatch(name or "")
        if arn and arn["service"] == "cloudwatch":
            path = f"{item('alarm_configuration.alarms', index)}.name"
            yield Failure(path, "allowed is the alarm's name, not its ARN", got=repr(name))


def payload_is_json(task: Request) -> Iterator[Failure]:
    """Require JSON where the service of the task type accepts nothing else.

    https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
    https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
    """
    payload, state_machine_input = known(block(task, "Lambda"), "Payload"), known(block(task, "StepFunctions"), "Input")
    if payload is not None:
        yield from _json("task_invocation_parameters.lambda_.payload", payload.decode("utf-8"))
    if state_machine_input is not None:
        yield from _json("task_invocation_parameters.step_functions.input", state_machine_input)


def _json(path: str, text: str) -> Iterator[Failure]:
    # With a pseudo parameter in it, the text becomes JSON, or fails to, when the window runs.
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
    # A regular expression would take quadratic time on text with many openings and no end.
    _, opened, rest = text.partition("{{")
    return bool(opened) and "}}" in rest


def _read_json(text: str | bytes) -> None:
    _demand_shallow(text if isinstance(text, str) else text.decode("utf-8", "replace"))
    # Python accepts NaN and Infinity, which JSON does not have, and refuses numbers of some thousand digits.
    json.loads(text, parse_constant=_no_constant, parse_int=str)


def _demand_shallow(text: str) -> None:
    depth = 0
    for bracket in _BRACKET.findall(_JSON_STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > _DEEPEST_JSON:
            raise RecursionError


def _no_constant(name: str) -> None:
    raise ValueError(f"it has no {name.removeprefix('-')}")


def client_context_is_base64_json(task: Request) -> Iterator[Failure]:
    """Require base64 of JSON for the client context.

    https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
    """
    context = known(block(task, "Lambda"), "ClientContext")
    if context is None:
        return
    try:
        _read_json(base64.b64decode(context, validate=True))
    except (binascii.Error, ValueError, RecursionError):
        yield Failure(
            "task_invocation_parameters.lambda_.client_context",
            "is not base64 of JSON; write base64.b64encode(json.dumps(…).encode()).decode()",
        )


def notification_without_its_role(task: Request) -> Iterator[Failure]:
    """Warn of notifications without the role that publishes them.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-sns-notifications.html
    """
    run_command = block(task, "RunCommand")
    if "NotificationConfig" in run_command and "ServiceRoleArn" not in run_command:
        yield Failure(
            "task_invocation_parameters.run_command.service_role_arn",
            "is the role that publishes notifications; without it notification_config has no effect",
        )


def pinned_hash_of_an_aws_document(task: Request) -> Iterator[Failure]:
    """Warn of a hash that no longer fits after AWS's next update of its document."""
    run_command = block(task, "RunCommand")
    if "DocumentHash" in run_command and _OWNED_BY_AWS.match(known(task, "TaskArn") or ""):
        yield Failure(
            "task_invocation_parameters.run_command.document_hash",
            "pins a document that AWS updates; the task fails from that update on",
        )


def install_without_reboot_option(task: Request) -> Iterator[Failure]:
    """Warn of an installation that reboots nodes by default, where the program does not say so.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-aws-runpatchbaseline.html
    """
    values = _SPELLING.get(_document(task), {})
    path, parameters = _command_parameters(task)
    for operation, reboot in _REBOOTS.items():
        if operation in values and parameters.get(operation) == ["Install"] and parameters.get(reboot, []) == []:
            default, other = values[reboot]
            yield Failure(
                path,
                f'reboots nodes that need it after the installation; write "{reboot}": ["{default}"] to say so, or'
                f' ["{other}"]',
            )


def spelling_in_patch_parameters(task: Request) -> Iterator[Failure]:
    """Warn of upper and lower case that AWS's documents do not have: the command would fail in the window."""
    given_document = _document(task)
    document = {name.casefold(): name for name in _SPELLING}.get(given_document.casefold(), "")
    if given_document != document and document:
        yield Failure("task_arn", f"is in the wrong case; write {document}")
    spelling = _SPELLING.get(document, {})
    names = {name.casefold(): name for name in spelling}
    path, parameters = _command_parameters(task)
    for given, values in parameters.items():
        name = names.get(given.casefold(), given)
        if name != given:
            yield Failure(member(path, given), f"is no parameter of {document}; write {name}")
        words = {word.casefold(): word for word in spelling.get(name, ())}
        for value in values if isinstance(values, list) else ():
            word = words.get(value.casefold(), value) if isinstance(value, str) else value
            if word != value:
                yield Failure(member(path, given), f"has a value in the wrong case; write {word}")


def parameters_of_another_patch_document(task: Request) -> Iterator[Failure]:
    """Warn of a parameter that only another patch document has.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-aws-runpatchbaselinewithhooks.html
    """
    document = _document(task)
    if document not in _PATCH_DOCUMENTS:
        return
    has_hooks = document == _PATCH_DOCUMENT_WITH_HOOKS
    other = _PATCH_DOCUMENT if has_hooks else _PATCH_DOCUMENT_WITH_HOOKS
    path, parameters = _command_parameters(task)
    for name in _LISTS if has_hooks else _HOOKS:
        if name in parameters:
            yield Failure(member(path, name), f"is no parameter of {document}; use {other}, or leave it out")


def override_list_with_baseline_override(task: Request) -> Iterator[Failure]:
    """Warn of two parameters with which the document fails.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-baselineoverride-parameter.html
    """
    path, parameters = _command_parameters(task)
    if _document(task) == _PATCH_DOCUMENT and {"InstallOverrideList", "BaselineOverride"} <= parameters.keys():
        yield Failure(
            member(path, "BaselineOverride"),
            "makes the document fail beside InstallOverrideList; leave one of them out",
        )


def log_group_without_output(task: Request) -> Iterator[Failure]:
    """Warn of a log group that receives nothing.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CloudWatchOutputConfig.html
    """
    config = known(block(task, "RunCommand"), "CloudWatchOutputConfig") or {}
    if "CloudWatchLogGroupName" in config and "CloudWatchOutputEnabled" not in config:
        yield Failure(
            "task_invocation_parameters.run_command.cloud_watch_output_config",
            "names a log group, but sends no output to it; set cloud_watch_output_enabled to True",
        )


def prefix_without_bucket(task: Request) -> Iterator[Failure]:
    """Warn of a prefix for output in S3 that names no bucket.

    https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_MaintenanceWindowRunCommandParameters.html
    """
    run_command = block(task, "RunCommand")
    if "OutputS3KeyPrefix" in run_command and "OutputS3BucketName" not in run_command:
        yield Failure(
            "task_invocation_parameters.run_command.output_s3_key_prefix",
            "has no effect without a bucket; set output_s3_bucket_name too",
        )


def _command_parameters(task: Request) -> tuple[str, Request]:
    """Give the parameters of a command, and the path of the argument: the deprecated one counts too.

    The value of a parameter is a list, unless it is not known yet.
    """
    old = known(task, "TaskParameters")
    if "TaskInvocationParameters" in task or old is None:
        path = "task_invocation_parameters.run_command.parameters"
        return path, known(block(task, "RunCommand"), "Parameters") or {}
    return "task_parameters", {name: known(old, name, "Values") for name in old}


def _document(task: Request) -> str:
    """Give the name of a task's document, also where the program gives its ARN."""
    return str(known(task, "TaskArn") or "").rpartition("/")[2]


def node_pseudo_parameters_without_nodes(task: Request) -> Iterator[Failure]:
    """Warn of pseudo parameters that have no value in this task.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/maintenance-window-tasks-pseudo-parameters.html
    """
    run_command = known(task, "TaskType") == "RUN_COMMAND"
    if not run_command and has_targets(task):
        return
    where = "a RUN_COMMAND task" if run_command else "a task without targets"
    named = {
        name for text in _texts(task.get("TaskInvocationParameters")) for name in _NODE_PSEUDO_PARAMETER.findall(text)
    }
    for name in sorted(named):
        yield Failure("task_invocation_parameters", f"{{{{{name}}}}} has no meaning in {where}")


def constant_execution_name(task: Request) -> Iterator[Failure]:
    """Warn of an execution name that works only once.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
    """
    name = known(block(task, "StepFunctions"), "Name")
    if name is not None and not _holds_pseudo_parameter(name):
        yield Failure(
            "task_invocation_parameters.step_functions.name",
            "is the same in every run, and a standard workflow refuses a name again for 90 days;"
            " put {{INVOCATION_ID}} in it",
        )


def deprecated_pair(task: Request) -> Iterator[Failure]:
    """Warn of the two fields that AWS has deprecated, and say where AWS ignores them."""
    ignored = known(task, "TaskType") not in {None, "RUN_COMMAND"} or "TaskInvocationParameters" in task
    for name, argument, successor in (
        ("LoggingInfo", "logging_info", "output_s3_bucket_name and output_s3_key_prefix"),
        ("TaskParameters", "task_parameters", "parameters"),
    ):
        if name in task:
            effect = "; AWS ignores it in this task" if ignored else ""
            yield Failure(argument, f"is deprecated by AWS{effect}; use {successor} of task_invocation_parameters")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, bytes):
        yield value.decode("utf-8")
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)


Rule = Callable[[Request], Iterator[Failure]]

RULES: Final[tuple[Rule, ...]] = (
    run_command_needs_targets,
    rates_belong_to_targets,
    target_keys,
    target_values,
    target_count,
    block_matches_task_type,
    task_arn_fits_task_type,
    roles_and_topic_are_arns,
    alarm_is_given_by_name,
    payload_is_json,
    client_context_is_base64_json,
)

WARNINGS: Final[tuple[Rule, ...]] = (
    install_without_reboot_option,
    spelling_in_patch_parameters,
    parameters_of_another_patch_document,
    override_list_with_baseline_override,
    log_group_without_output,
    prefix_without_bucket,
    notification_without_its_role,
    pinned_hash_of_an_aws_document,
    node_pseudo_parameters_without_nodes,
    constant_execution_name,
    deprecated_pair,
)
