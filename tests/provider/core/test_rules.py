"""What AWS demands beyond its model, rule by rule: what is taken, what is refused, and in which words."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.strategies import as_the_engine_sends, places, replaced, tasks

from pulumi_ssm_maintenance.core.codec import UNKNOWN, encode
from pulumi_ssm_maintenance.core.rules import examine

WINDOW = "mw-0123456789abcdef0"
INSTANCE = "i-0123456789abcdef0"
TARGET = "e32eecb2-646c-4f4b-8ed1-205fbfd3ad35"
ROLE = "arn:aws:iam::111122223333:role/maintenance"
TOPIC = "arn:aws:sns:eu-west-1:111122223333:alerts"
MACHINE = "arn:aws:states:eu-west-1:111122223333:stateMachine:Drain"
BLOCK = "task_invocation_parameters"

ARNS = {"RUN_COMMAND": "AWS-RunShellScript", "AUTOMATION": "Restart", "LAMBDA": "clean-up", "STEP_FUNCTIONS": MACHINE}
ON_INSTANCE = {
    "targets": [{"key": "InstanceIds", "values": [INSTANCE]}],
    "max_concurrency": "1",
    "max_errors": "1",
}


def task(task_type="RUN_COMMAND", **arguments):
    """A task without a mistake, but for the fields that a test changes."""
    base = {"window_id": WINDOW, "task_type": task_type, "task_arn": ARNS.get(task_type, "x")}
    targeted = ON_INSTANCE if task_type == "RUN_COMMAND" else {}
    return {**base, **targeted, **arguments}


def block(name, /, **parameters):
    return {BLOCK: {name: parameters}}


def on(*targets, **more):
    """Arguments of a task on targets, each a key and its values."""
    return {**ON_INSTANCE, "targets": [{"key": key, "values": list(ids)} for key, *ids in targets], **more}


def ids(number, key="WindowTargetIds"):
    if key == "InstanceIds":
        return [f"i-{n:017x}" for n in range(number)]
    return [f"00000000-0000-4000-8000-{n:012}" for n in range(number)]


def findings(arguments, secrets=()):
    request, failures = encode(as_the_engine_sends(arguments))
    assert failures == []
    return examine(request, secrets)


def failures_of(arguments, secrets=()):
    return list(map(str, findings(arguments, secrets).failures))


def warnings_of(arguments):
    found = findings(arguments)
    assert found.failures == []
    return list(map(str, found.warnings))


NO_TARGETS = "targets: is required for a RUN_COMMAND task: 1 to 5 targets by InstanceIds or WindowTargetIds"
NO_RATES = [
    'max_concurrency: is required for a task with targets, for example "1" or "10%"',
    'max_errors: is required for a task with targets, for example "1" or "10%"',
]
STRAY_RATES = [
    "max_concurrency: is not allowed for a task without targets; leave it out",
    "max_errors: is not allowed for a task without targets; leave it out",
]


@pytest.mark.parametrize(
    ("arguments", "failures"),
    [
        (task(), []),
        (task("AUTOMATION"), []),
        (task("AUTOMATION", **ON_INSTANCE), []),
        (task(targets=None, max_concurrency=None, max_errors=None), [NO_TARGETS]),
        (task(targets=[], max_concurrency=None, max_errors=None), [NO_TARGETS]),
        (task(max_concurrency=None, max_errors=None), NO_RATES),
        (task(max_errors=None), NO_RATES[1:]),
        (task("LAMBDA", max_concurrency="1", max_errors="0"), STRAY_RATES),
        (task("LAMBDA", max_errors="0"), STRAY_RATES[1:]),
        (task(targets=None), [NO_TARGETS, *STRAY_RATES]),
    ],
)
def test_targets_and_rates_belong_together(arguments, failures):
    assert failures_of(arguments) == failures


ALLOWED_KEYS = "allowed are InstanceIds and WindowTargetIds"
FOR_TAGS = "tags and resource groups belong in a MaintenanceWindowTarget, whose id goes here under WindowTargetIds"


@pytest.mark.parametrize(
    ("key", "failures"),
    [
        ("InstanceIds", []),
        ("instanceids", [f"got 'instanceids', {ALLOWED_KEYS}; did you mean InstanceIds?"]),
        ("WindowTargetId", [f"got 'WindowTargetId', {ALLOWED_KEYS}; did you mean WindowTargetIds?"]),
        ("tag:Name", [f"got 'tag:Name', {ALLOWED_KEYS}; {FOR_TAGS}"]),
        ("tag-key", [f"got 'tag-key', {ALLOWED_KEYS}; {FOR_TAGS}"]),
        ("resource-groups:Name", [f"got 'resource-groups:Name', {ALLOWED_KEYS}; {FOR_TAGS}"]),
        ("Zone", [f"got 'Zone', {ALLOWED_KEYS}"]),
    ],
)
def test_a_target_has_one_of_two_keys_to_the_letter(key, failures):
    assert failures_of(task(**on((key, INSTANCE)))) == [f"targets[0].key: {failure}" for failure in failures]


@pytest.mark.parametrize(
    ("targets", "failures"),
    [
        ([{"key": "InstanceIds", "values": [INSTANCE, "i-01234567"]}], []),
        ([{"key": "WindowTargetIds", "values": [TARGET]}], []),
        ([{"key": "InstanceIds"}], ["targets[0].values: is required: at least one id"]),
        ([{"key": "InstanceIds", "values": []}], ["targets[0].values: is required: at least one id"]),
        ([{"values": [INSTANCE]}], ["targets[0].key: is required: InstanceIds or WindowTargetIds"]),
        (
            [{}],
            [
                "targets[0].key: is required: InstanceIds or WindowTargetIds",
                "targets[0].values: is required: at least one id",
            ],
        ),
        (
            [{"key": "InstanceIds", "values": [INSTANCE]}, {"key": "InstanceIds", "values": [INSTANCE, "web-1"]}],
            ["targets[1].values[1]: got 'web-1', allowed is the id of a node, such as i-0123456789abcdef0"],
        ),
        (
            [{"key": "WindowTargetIds", "values": [INSTANCE]}],
            [f"targets[0].values[0]: got '{INSTANCE}', allowed is the id of a window target, such as {TARGET}"],
        ),
    ],
)
def test_a_target_has_values_of_its_keys_kind(targets, failures):
    assert failures_of(task(targets=targets)) == failures


@pytest.mark.parametrize(
    ("targets", "failures"),
    [
        ([("WindowTargetIds", *ids(10))], []),
        ([("InstanceIds", *ids(50, "InstanceIds"))], []),
        (
            [("WindowTargetIds", *ids(11))],
            ["got 11 WindowTargetIds, allowed are at most 10 in one task; split them over more tasks"],
        ),
        (
            [("WindowTargetIds", *ids(6)), ("WindowTargetIds", *ids(6))],
            ["got 12 WindowTargetIds, allowed are at most 10 in one task; split them over more tasks"],
        ),
        (
            [("InstanceIds", *ids(50, "InstanceIds")), ("InstanceIds", INSTANCE)],
            ["got 51 InstanceIds, allowed are at most 50 in one task; split them over more tasks"],
        ),
    ],
)
def test_ids_are_counted_over_all_targets(targets, failures):
    assert failures_of(task(**on(*targets))) == [f"targets: {failure}" for failure in failures]


BLOCKS = {
    "RUN_COMMAND": ("run_command", {"comment": "x"}),
    "AUTOMATION": ("automation", {"document_version": "1"}),
    "LAMBDA": ("lambda_", {"qualifier": "live"}),
    "STEP_FUNCTIONS": ("step_functions", {"name": "{{INVOCATION_ID}}"}),
}


@pytest.mark.parametrize("task_type", BLOCKS)
@pytest.mark.parametrize("other", BLOCKS)
def test_the_block_is_that_of_the_task_type(task_type, other):
    own, (name, parameters) = BLOCKS[task_type][0], BLOCKS[other]
    path = f"{BLOCK}.{name}: does not belong to a {task_type} task; allowed is {own} only"
    assert failures_of(task(task_type, **block(name, **parameters))) == ([] if name == own else [path])


def test_every_stray_block_is_named():
    blocks = dict(BLOCKS.values())
    assert failures_of(task("LAMBDA", **{BLOCK: blocks})) == [
        f"{BLOCK}.{name}: does not belong to a LAMBDA task; allowed is lambda_ only"
        for name in ("run_command", "automation", "step_functions")
    ]


def test_an_empty_block_is_not_given():
    assert failures_of(task("LAMBDA", **{BLOCK: {"run_command": {}, "lambda_": {"qualifier": "live"}}})) == []


COMMAND = "the name or ARN of a Command document"
RUNBOOK = "the name or ARN of an Automation runbook"
FUNCTION = "the name or ARN of a function"
STATE_MACHINE = "the ARN of a state machine"


@pytest.mark.parametrize(
    ("task_type", "arn", "wanted"),
    [
        ("RUN_COMMAND", "AWS-RunPatchBaseline", None),
        ("RUN_COMMAND", "arn:aws-cn:ssm:cn-north-1:111122223333:document/Patch", None),
        ("RUN_COMMAND", "arn:aws:ssm:eu-west-1:111122223333:automation-definition/Stop:$DEFAULT", COMMAND),
        ("RUN_COMMAND", "arn:aws:lambda:eu-west-1:111122223333:function:clean-up", COMMAND),
        ("AUTOMATION", "AWS-RestartEC2Instance", None),
        ("AUTOMATION", "arn:aws:ssm:eu-west-1:111122223333:document/Restart", None),
        ("AUTOMATION", "arn:aws:ssm:eu-west-1:111122223333:automation-definition/Stop:$DEFAULT", None),
        ("AUTOMATION", MACHINE, RUNBOOK),
        ("LAMBDA", "clean-up", None),
        ("LAMBDA", "clean-up:live", None),
        ("LAMBDA", "arn:aws-us-gov:lambda:us-gov-west-1:111122223333:function:clean-up:live", None),
        ("LAMBDA", "arn:aws:lambda:eu-west-1:111122223333:layer:l:1", FUNCTION),
        ("LAMBDA", "arn:aws", FUNCTION),
        ("STEP_FUNCTIONS", MACHINE, None),
        ("STEP_FUNCTIONS", "Drain", STATE_MACHINE),
        ("STEP_FUNCTIONS", "arn:aws:states:eu-west-1:111122223333:activity:Drain", STATE_MACHINE),
    ],
)
def test_a_task_arn_names_what_the_task_type_runs(task_type, arn, wanted):
    expected = [f"task_arn: got '{arn}', allowed is {wanted}"] if wanted else []
    assert failures_of(task(task_type, task_arn=arn)) == expected


RUN_COMMAND = f"{BLOCK}.run_command"


@pytest.mark.parametrize(
    ("arguments", "failures"),
    [
        ({"service_role_arn": ROLE}, []),
        ({"service_role_arn": "arn:aws-cn:iam::111122223333:role/a/path/name"}, []),
        ({"service_role_arn": "maintenance"}, ["service_role_arn: got 'maintenance', allowed is the ARN of a role"]),
        (
            {"service_role_arn": "arn:aws:iam::111122223333:user/me"},
            ["service_role_arn: got 'arn:aws:iam::111122223333:user/me', allowed is the ARN of a role"],
        ),
        (
            block("run_command", service_role_arn="publisher"),
            [f"{RUN_COMMAND}.service_role_arn: got 'publisher', allowed is the ARN of a role"],
        ),
        (block("run_command", service_role_arn=ROLE, notification_config={"notification_arn": TOPIC}), []),
        (
            block("run_command", service_role_arn=ROLE, notification_config={"notification_arn": "alerts"}),
            [f"{RUN_COMMAND}.notification_config.notification_arn: got 'alerts', allowed is the ARN of an SNS topic"],
        ),
    ],
)
def test_roles_and_topics_are_named_by_their_arns(arguments, failures):
    assert failures_of(task(**arguments)) == failures


ALARM = "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:too-hot"


@pytest.mark.parametrize(
    ("name", "failures"),
    [
        ("too-hot", []),
        ("arn", []),
        (ALARM, [f"alarm_configuration.alarms[0].name: got '{ALARM}', allowed is the alarm's name, not its ARN"]),
    ],
)
def test_an_alarm_is_given_by_name(name, failures):
    assert failures_of(task(alarm_configuration={"alarms": [{"name": name}]})) == failures


NOT_JSON = "is not JSON (line 1, column {}); write json.dumps(…)"


@pytest.mark.parametrize(
    ("task_type", "name", "field"), [("LAMBDA", "lambda_", "payload"), ("STEP_FUNCTIONS", "step_functions", "input")]
)
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{}", None),
        ('"text"', None),
        ('{"ids": [1, 2.5, null]}', None),
        ('{"id": {{INVOCATION_ID}}}', None),
        ("9" * 4090, None),
        ("hunter2", NOT_JSON.format(1)),
        ("{'a': 1}", NOT_JSON.format(2)),
        ("", NOT_JSON.format(1)),
        ('{"a": NaN}', "is not JSON: it has no NaN"),
        ("[-Infinity]", "is not JSON: it has no Infinity"),
        ("[" * 4096, "is nested too deeply"),
        ("[" * 600 + "]" * 600, "is nested too deeply"),
        ('"' + "[" * 600 + '\\""', None),
    ],
)
def test_what_a_service_takes_as_json_only_is_json(task_type, name, field, text, reason):
    expected = [f"{BLOCK}.{name}.{field}: {reason}"] if reason else []
    assert failures_of(task(task_type, **block(name, **{field: text}))) == expected


def test_a_text_longer_than_any_number_that_python_reads_is_no_accident():
    request, failures = encode(task("LAMBDA", **block("lambda_", payload="9" * 5000)))
    assert list(map(str, failures)) == [f"{BLOCK}.lambda_.payload: got 5000 bytes, allowed are at most 4096"]
    assert examine(request).failures == []


def base64_of(value):
    return base64.b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
    ("context", "accepted"),
    [
        (base64_of({"client": {"app_title": "ü"}}), True),
        (base64_of([]), True),
        ('{"client": {}}', False),
        (base64_of({})[:-1], False),
        (base64.b64encode(b"hunter2").decode(), False),
        (base64.b64encode(b"\xff").decode(), False),
        (base64.b64encode(b"NaN").decode(), False),
        (base64.b64encode(b"[" * 5000).decode(), False),
        ("ü", False),
    ],
)
def test_a_client_context_is_base64_of_json(context, accepted):
    cure = "is not base64 of JSON; write base64.b64encode(json.dumps(…).encode()).decode()"
    expected = [] if accepted else [f"{BLOCK}.lambda_.client_context: {cure}"]
    assert failures_of(task("LAMBDA", **block("lambda_", client_context=context))) == expected


NO_PUBLISHER = "is the role that publishes notifications; without it notification_config has no effect"


@pytest.mark.parametrize(
    ("parameters", "warnings"),
    [
        ({"notification_config": {"notification_arn": TOPIC}, "service_role_arn": ROLE}, []),
        ({"service_role_arn": ROLE}, []),
        (
            {"notification_config": {"notification_arn": TOPIC}},
            [f"{RUN_COMMAND}.service_role_arn: {NO_PUBLISHER}"],
        ),
    ],
)
def test_notifications_without_their_role_are_pointed_out(parameters, warnings):
    assert warnings_of(task(**block("run_command", **parameters))) == warnings


@pytest.mark.parametrize(
    ("arn", "warned"),
    [
        ("AWS-RunPatchBaseline", True),
        ("arn:aws:ssm:eu-west-1::document/AWS-RunPatchBaseline", True),
        ("arn:aws-cn:ssm:cn-north-1::document/AmazonCloudWatch-ManageAgent", True),
        ("Patch", False),
        ("arn:aws:ssm:eu-west-1:111122223333:document/AWS-X", False),
    ],
)
def test_a_pinned_hash_of_a_document_of_aws_is_pointed_out(arn, warned):
    parameters = {"document_hash": "0" * 64, "document_hash_type": "Sha256"}
    warning = f"{RUN_COMMAND}.document_hash: pins a document that AWS updates; the task fails from that update on"
    assert warnings_of(task(task_arn=arn, **block("run_command", **parameters))) == ([warning] if warned else [])


PATCH_DOCUMENTS = ["AWS-RunPatchBaseline", "AWS-RunPatchBaselineAssociation", "AWS-RunPatchBaselineWithHooks"]
INSTALL = {"Operation": ["Install"]}
REBOOTS = (
    f'{RUN_COMMAND}.parameters: reboots nodes that need it after the installation; write "RebootOption":'
    ' ["RebootIfNeeded"] to say so, or ["NoReboot"]'
)


@pytest.mark.parametrize("document", PATCH_DOCUMENTS)
@pytest.mark.parametrize("prefix", ["", "arn:aws:ssm:eu-west-1::document/"])
@pytest.mark.parametrize(
    ("parameters", "warned"),
    [
        (INSTALL, True),
        (INSTALL | {"RebootOption": ["NoReboot"]}, False),
        (INSTALL | {"RebootOption": UNKNOWN}, False),
        (INSTALL | {"RebootOption": []}, True),
        ({"Operation": ["Scan"]}, False),
        ({"Operation": UNKNOWN}, False),
        ({}, False),
    ],
)
def test_an_installation_that_reboots_without_a_word_of_it_is_pointed_out(document, prefix, parameters, warned):
    arguments = task(task_arn=f"{prefix}{document}", **block("run_command", parameters=parameters))
    assert warnings_of(arguments) == ([REBOOTS] if warned else [])
    assert warnings_of({**arguments, "task_arn": "Patch"}) == []


@pytest.mark.parametrize(
    ("parameters", "warned"),
    [
        ({"Action": ["Install"]}, True),
        ({"Action": ["Install"], "AllowReboot": ["False"]}, False),
        ({"Action": ["Scan"]}, False),
        (INSTALL, False),
    ],
)
def test_updates_of_windows_that_reboot_without_a_word_of_it_are_pointed_out(parameters, warned):
    arguments = task(task_arn="AWS-InstallWindowsUpdates", **block("run_command", parameters=parameters))
    warning = (
        REBOOTS.replace("RebootOption", "AllowReboot").replace("RebootIfNeeded", "True").replace("NoReboot", "False")
    )
    assert warnings_of(arguments) == ([warning] if warned else [])


def test_an_installation_by_the_deprecated_parameters_is_pointed_out_too():
    arguments = task(task_arn="AWS-RunPatchBaseline", task_parameters={"Operation": {"values": ["Install"]}})
    first, *_ = warnings_of(arguments)
    assert first == REBOOTS.replace(f"{RUN_COMMAND}.parameters", "task_parameters")
    for reboot in ({"values": ["NoReboot"]}, {"values": UNKNOWN}, UNKNOWN):
        both = arguments | {"task_parameters": {**arguments["task_parameters"], "RebootOption": reboot}}
        assert not any("reboots" in warning for warning in warnings_of(both))


@pytest.mark.parametrize(
    ("document", "parameters", "warned"),
    [
        (
            "AWS-RunPatchBaseline",
            {"operation": ["Scan"]},
            [".operation: is no parameter of AWS-RunPatchBaseline; write Operation"],
        ),
        (
            "AWS-RunPatchBaseline",
            {"Operation": ["install"]},
            [".Operation: has a value in the wrong case; write Install"],
        ),
        (
            "arn:aws:ssm:eu-west-1::document/AWS-RunPatchBaselineWithHooks",
            {"Operation": ["SCAN"], "rebootOption": ["noreboot"]},
            [
                ".Operation: has a value in the wrong case; write Scan",
                ".rebootOption: is no parameter of AWS-RunPatchBaselineWithHooks; write RebootOption",
                ".rebootOption: has a value in the wrong case; write NoReboot",
            ],
        ),
        (
            "AWS-InstallWindowsUpdates",
            {"Action": ["Scan"], "allowreboot": ["True"]},
            [".allowreboot: is no parameter of AWS-InstallWindowsUpdates; write AllowReboot"],
        ),
        ("AWS-RunPatchBaseline", {"Operation": ["{{ssm:operation}}"], "StepTimeoutSeconds": ["900"]}, []),
        ("AWS-RunPatchBaseline", {"Operation": [UNKNOWN], "SnapshotId": UNKNOWN}, []),
        ("Patch", {"operation": ["install"]}, []),
        ("AWS-RunShellScript", {"commands": ["install"], "operation": ["x"]}, []),
    ],
)
def test_upper_and_lower_case_that_aws_does_not_take_is_pointed_out(document, parameters, warned):
    found = warnings_of(task(task_arn=document, **block("run_command", parameters=parameters)))
    assert found == [f"{RUN_COMMAND}.parameters{warning}" for warning in warned]


@pytest.mark.parametrize("prefix", ["", "arn:aws:ssm:eu-west-1::document/"])
def test_the_name_of_a_patch_document_in_lower_case_is_pointed_out(prefix):
    arguments = task(
        task_arn=f"{prefix}aws-runpatchbaseline", **block("run_command", parameters={"operation": ["Scan"]})
    )
    assert warnings_of(arguments) == [
        "task_arn: is in the wrong case; write AWS-RunPatchBaseline",
        f"{RUN_COMMAND}.parameters.operation: is no parameter of AWS-RunPatchBaseline; write Operation",
    ]


@pytest.mark.parametrize("document", PATCH_DOCUMENTS)
@pytest.mark.parametrize("prefix", ["", "arn:aws:ssm:eu-west-1::document/"])
@pytest.mark.parametrize(
    "parameter",
    ["InstallOverrideList", "BaselineOverride", "PreInstallHookDocName", "PostInstallHookDocName", "OnExitHookDocName"],
)
def test_a_parameter_that_only_another_patch_document_takes_is_pointed_out(document, prefix, parameter):
    parameters = {"Operation": ["Scan"], parameter: ["x"]}
    has_hooks, is_hook = document.endswith("WithHooks"), parameter.endswith("DocName")
    other = "AWS-RunPatchBaseline" if has_hooks else "AWS-RunPatchBaselineWithHooks"
    warning = f"{RUN_COMMAND}.parameters.{parameter}: is no parameter of {document}; use {other}, or leave it out"
    found = warnings_of(task(task_arn=f"{prefix}{document}", **block("run_command", parameters=parameters)))
    assert found == ([warning] if has_hooks != is_hook else [])


@pytest.mark.parametrize(
    ("parameters", "warned"),
    [
        ({"output_s3_key_prefix": "web"}, True),
        ({"output_s3_key_prefix": "web", "output_s3_bucket_name": "logs"}, False),
        ({"output_s3_key_prefix": "web", "output_s3_bucket_name": UNKNOWN}, False),
        ({"output_s3_bucket_name": "logs"}, False),
    ],
)
def test_a_prefix_without_a_bucket_is_pointed_out(parameters, warned):
    warning = f"{RUN_COMMAND}.output_s3_key_prefix: has no effect without a bucket; set output_s3_bucket_name too"
    assert warnings_of(task(**block("run_command", **parameters))) == ([warning] if warned else [])


@pytest.mark.parametrize(
    ("lists", "warned"),
    [
        (["InstallOverrideList", "BaselineOverride"], True),
        (["InstallOverrideList"], False),
        (["BaselineOverride"], False),
    ],
)
def test_two_lists_with_which_the_document_fails_are_pointed_out(lists, warned):
    parameters = {"Operation": ["Scan"], **{name: [f"s3://bucket/{name}"] for name in lists}}
    warning = (
        f"{RUN_COMMAND}.parameters.BaselineOverride: makes the document fail beside InstallOverrideList; leave one of"
        " them out"
    )
    found = warnings_of(task(task_arn="AWS-RunPatchBaseline", **block("run_command", parameters=parameters)))
    assert found == ([warning] if warned else [])
    assert warnings_of(task(task_arn="Patch", **block("run_command", parameters=parameters))) == []


@pytest.mark.parametrize(
    ("config", "warned"),
    [
        ({"cloud_watch_log_group_name": "logs"}, True),
        ({"cloud_watch_log_group_name": "logs", "cloud_watch_output_enabled": True}, False),
        ({"cloud_watch_log_group_name": "logs", "cloud_watch_output_enabled": False}, False),
        ({"cloud_watch_output_enabled": True}, False),
    ],
)
def test_a_log_group_that_receives_nothing_is_pointed_out(config, warned):
    warning = (
        f"{RUN_COMMAND}.cloud_watch_output_config: names a log group, but sends no output to it; set"
        " cloud_watch_output_enabled to True"
    )
    assert warnings_of(task(**block("run_command", cloud_watch_output_config=config))) == ([warning] if warned else [])


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (task(**block("run_command", parameters={"commands": ["echo {{TARGET_ID}}"]})), ["TARGET_ID"]),
        (task(**block("run_command", comment="{{ RESOURCE_ID }} {{TARGET_ID}}")), ["RESOURCE_ID", "TARGET_ID"]),
        (task(**block("run_command", parameters={"commands": ["echo {{WINDOW_ID}}"]})), []),
        (task("AUTOMATION", **ON_INSTANCE, **block("automation", parameters={"Id": ["{{RESOURCE_ID}}"]})), []),
        (task("AUTOMATION", **block("automation", parameters={"Id": ["{{RESOURCE_ID}}"]})), ["RESOURCE_ID"]),
        (task("LAMBDA", **block("lambda_", payload='{"id": "{{TARGET_ID}}"}')), ["TARGET_ID"]),
    ],
)
def test_pseudo_parameters_that_stand_for_nothing_are_pointed_out(arguments, named):
    where = "a RUN_COMMAND task" if arguments["task_type"] == "RUN_COMMAND" else "a task without targets"
    assert warnings_of(arguments) == [f"{BLOCK}: {{{{{name}}}}} has no meaning in {where}" for name in named]


@pytest.mark.parametrize(("name", "warned"), [("nightly", True), ("run-{{INVOCATION_ID}}", False)])
def test_an_execution_name_that_works_once_is_pointed_out(name, warned):
    warning = (
        f"{BLOCK}.step_functions.name: is the same in every run, and a standard workflow refuses a name again for"
        " 90 days; put {{INVOCATION_ID}} in it"
    )
    assert warnings_of(task("STEP_FUNCTIONS", **block("step_functions", name=name))) == ([warning] if warned else [])


LOGGING = {"logging_info": {"s3_bucket_name": "logs", "s3_region": "eu-west-1"}}
PARAMETERS = {"task_parameters": {"commands": {"values": ["ls"]}}}
OLD_LOGGING = "is deprecated by AWS{}; use output_s3_bucket_name and output_s3_key_prefix of task_invocation_parameters"
OLD_PARAMETERS = "is deprecated by AWS{}; use parameters of task_invocation_parameters"
IGNORED = "; AWS ignores it in this task"


@pytest.mark.parametrize(
    ("arguments", "warnings"),
    [
        (task(**LOGGING), [f"logging_info: {OLD_LOGGING.format('')}"]),
        (task(**PARAMETERS), [f"task_parameters: {OLD_PARAMETERS.format('')}"]),
        (task(**LOGGING, **block("run_command", comment="x")), [f"logging_info: {OLD_LOGGING.format(IGNORED)}"]),
        (task("AUTOMATION", **PARAMETERS), [f"task_parameters: {OLD_PARAMETERS.format(IGNORED)}"]),
    ],
)
def test_the_deprecated_pair_is_pointed_out(arguments, warnings):
    assert warnings_of(arguments) == warnings


@given(tasks())
def test_a_task_without_a_mistake_is_taken(arguments):
    assert failures_of(arguments) == []


@given(st.data())
def test_values_that_are_not_known_yet_trip_no_rule(data):
    arguments = data.draw(tasks())
    every_place = list(places(arguments))
    for place in data.draw(st.lists(st.sampled_from(every_place), min_size=1, max_size=4, unique=True)):
        if place in set(places(arguments)):
            arguments = replaced(arguments, place, UNKNOWN)
    request, failures = encode(as_the_engine_sends(arguments))
    assert failures == []
    assert examine(request).failures == []


@given(tasks())
def test_a_task_whose_every_value_is_not_known_yet_is_taken(arguments):
    for place in places(arguments):
        request, failures = encode(replaced(arguments, place, UNKNOWN))
        assert (failures, examine(request).failures) == ([], [])


def test_a_mistake_beside_an_unknown_value_is_reported():
    targets = [
        {"key": "InstanceIds", "values": UNKNOWN},
        UNKNOWN,
        {"key": "tag:Name", "values": ["web"]},
        {"key": "InstanceIds", "values": [UNKNOWN, "web-1"]},
    ]
    request, _ = encode(task(targets=targets))
    assert [failure.path for failure in examine(request).failures] == ["targets[2].key", "targets[3].values[1]"]


def test_ids_that_are_not_known_yet_are_counted():
    request, _ = encode(task(**on(("WindowTargetIds", *[UNKNOWN] * 11))))
    assert [str(failure) for failure in examine(request).failures] == [
        "targets: got 11 WindowTargetIds, allowed are at most 10 in one task; split them over more tasks"
    ]


def test_all_mistakes_of_a_task_are_reported_at_once():
    mistaken = task(
        task_arn=MACHINE,
        service_role_arn="me",
        targets=[{"key": "tag:Name", "values": ["web"]}],
        max_errors=None,
        alarm_configuration={"alarms": [{"name": ALARM}]},
        **block("lambda_", payload="x"),
    )
    assert [failure.path for failure in findings(mistaken).failures] == [
        "max_errors",
        "targets[0].key",
        f"{BLOCK}.lambda_",
        "task_arn",
        "service_role_arn",
        "alarm_configuration.alarms[0].name",
        f"{BLOCK}.lambda_.payload",
    ]


@pytest.mark.parametrize("secret", ["service_role_arn", "targets", "targets[0].values", "task_arn"])
def test_a_value_that_the_user_made_secret_is_not_shown(secret):
    mistaken = task(task_arn=MACHINE, service_role_arn="hunter2", **on(("InstanceIds", "hunter2")))
    shown = {failure.path: str(failure) for failure in findings(mistaken, (secret,)).failures}
    hidden = [path for path in shown if path.startswith(secret)]
    assert hidden
    assert all("got a secret value, " in shown[path] and "hunter2" not in shown[path] for path in hidden)
    assert all(repr("hunter2") in shown[path] or repr(MACHINE) in shown[path] for path in shown.keys() - set(hidden))
