import base64
import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import botocore.session
import pytest
from botocore.exceptions import ClientError

from pulumi_ssm_maintenance.testing.local_aws.faults import Fault

INSTANCE = "i-0123456789abcdef0"
ROLE = "arn:aws:iam::123456789012:role/task"
SERVICE_LINKED_ROLE = "arn:aws:iam::123456789012:role/aws-service-role/ssm.amazonaws.com/AWSServiceRoleForAmazonSSM"
UNKNOWN_TASK = "00000000-0000-4000-8000-000000000000"
UNKNOWN_WINDOW = "mw-00000000000000000"
TARGET_IDS = [f"00000000-0000-4000-8000-{n:012}" for n in range(1, 12)]

COMMON = {
    "Priority": 7,
    "ServiceRoleArn": ROLE,
    "Name": "a-task.1",
    "Description": "says what it is",
    "CutoffBehavior": "CANCEL_TASK",
    "AlarmConfiguration": {"IgnorePollAlarmFailure": True, "Alarms": [{"Name": "an alarm"}]},
}
TARGETED = {
    "Targets": [
        {"Key": "WindowTargetIds", "Values": TARGET_IDS[:2]},
        {"Key": "InstanceIds", "Values": [INSTANCE]},
    ],
    "MaxConcurrency": "10%",
    "MaxErrors": "0",
}
FULL = {
    "RUN_COMMAND": {
        **COMMON,
        **TARGETED,
        "TaskArn": "AWS-RunShellScript",
        "LoggingInfo": {"S3BucketName": "bucket", "S3KeyPrefix": "logs", "S3Region": "eu-west-1"},
        "TaskParameters": {"commands": {"Values": ["b", "a"]}},
        "TaskInvocationParameters": {
            "RunCommand": {
                "Comment": "",
                "CloudWatchOutputConfig": {"CloudWatchLogGroupName": "group", "CloudWatchOutputEnabled": True},
                "DocumentHash": "ab" * 32,
                "DocumentHashType": "Sha256",
                "DocumentVersion": "$LATEST",
                "NotificationConfig": {
                    "NotificationArn": "arn:aws:sns:us-east-1:123456789012:topic",
                    "NotificationEvents": ["TimedOut", "Failed"],
                    "NotificationType": "Invocation",
                },
                "OutputS3BucketName": "bucket",
                "OutputS3KeyPrefix": "out",
                "Parameters": {"commands": ["b", "a", "{{WINDOW_ID}}"], "none": []},
                "ServiceRoleArn": ROLE,
                "TimeoutSeconds": 600,
            }
        },
    },
    "AUTOMATION": {
        **COMMON,
        **TARGETED,
        "TaskArn": "AWS-RestartEC2Instance",
        "TaskInvocationParameters": {
            "Automation": {"DocumentVersion": "3", "Parameters": {"InstanceId": ["{{TARGET_ID}}"]}}
        },
    },
    "LAMBDA": {
        **COMMON,
        "TaskArn": "a-function",
        "TaskInvocationParameters": {
            "Lambda": {
                "ClientContext": base64.b64encode(b'{"custom": {}}').decode(),
                "Payload": '{"text": "déjà"}'.encode(),
                "Qualifier": "$LATEST",
            }
        },
    },
    "STEP_FUNCTIONS": {
        **COMMON,
        "TaskArn": "arn:aws:states:us-east-1:123456789012:stateMachine:machine",
        "TaskInvocationParameters": {"StepFunctions": {"Input": '{"a": 1}', "Name": "{{INVOCATION_ID}}"}},
    },
}
TARGETLESS = {"TaskArn": "a-function", "TaskType": "LAMBDA"}
COMMAND = {"TaskArn": "AWS-RunShellScript", "TaskType": "RUN_COMMAND", **TARGETED}


@pytest.fixture
def window(ssm):
    return new_window(ssm)


def new_window(ssm, *, unassociated=True):
    return ssm.create_maintenance_window(
        Name="window", Schedule="rate(1 day)", Duration=2, Cutoff=1, AllowUnassociatedTargets=unassociated
    )["WindowId"]


def register(ssm, window, **task):
    return ssm.register_task_with_maintenance_window(WindowId=window, **task)["WindowTaskId"]


def get(ssm, window, task):
    return members(ssm.get_maintenance_window_task(WindowId=window, WindowTaskId=task))


def update(ssm, window, task, **changes):
    return members(ssm.update_maintenance_window_task(WindowId=window, WindowTaskId=task, **changes))


def members(answer):
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def refusal(call, /, *args, **kwargs):
    with pytest.raises(ClientError) as caught:
        call(*args, **kwargs)
    response: Any = caught.value.response
    return response["Error"]["Code"], response["Error"]["Message"]


def send(aws, operation, parameters):
    """Call without botocore, which checks part of a request before it is sent."""
    connection = HTTPConnection(urlsplit(aws.endpoint).netloc)
    scope = "AKIALOCALAWSEXAMPLE0/20260101/us-east-1/ssm/aws4_request"
    headers = {"X-Amz-Target": f"AmazonSSM.{operation}", "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}"}
    connection.request("POST", "/", json.dumps(parameters), headers)
    response = connection.getresponse()
    body = json.loads(response.read())
    connection.close()
    return response.status, body


class TestGet:
    @pytest.mark.parametrize("task_type", FULL)
    def test_returns_verbatim_what_was_set(self, ssm, window, task_type):
        task = register(ssm, window, TaskType=task_type, **FULL[task_type])
        shown = get(ssm, window, task)
        ids = {"WindowId": window, "WindowTaskId": task, "TaskType": task_type}
        left_out = {"Targets": [], "MaxConcurrency": "1", "MaxErrors": "1", "TaskParameters": {}}
        assert shown == {**left_out, **FULL[task_type], **ids}

    def test_full_tasks_cover_every_member_of_the_model(self, ssm):
        request = ssm.meta.service_model.operation_model("RegisterTaskWithMaintenanceWindow").input_shape
        given = {member for task in FULL.values() for member in task}
        assert given == set(request.members) - {"WindowId", "TaskType", "ClientToken"}
        blocks = request.members["TaskInvocationParameters"].members
        for task in FULL.values():
            [(name, block)] = task["TaskInvocationParameters"].items()
            assert set(block) == set(blocks[name].members)

    def test_shows_placeholders_for_what_a_targetless_task_left_out(self, ssm, window):
        task = register(ssm, window, **TARGETLESS)
        assert get(ssm, window, task) == {
            "WindowId": window,
            "WindowTaskId": task,
            **TARGETLESS,
            "Targets": [],
            "MaxConcurrency": "1",
            "MaxErrors": "1",
            "Priority": 0,
            "ServiceRoleArn": SERVICE_LINKED_ROLE,
            "TaskParameters": {},
        }

    def test_returns_an_empty_structure_as_it_was_set(self, ssm, window):
        """Whether AWS does is unknown; that it hands back everything else as it was set is known."""
        blocks = {"RunCommand": {"Comment": "", "NotificationConfig": {}}}
        task = register(ssm, window, **COMMAND, TaskInvocationParameters=blocks)
        assert get(ssm, window, task)["TaskInvocationParameters"] == blocks

    @pytest.mark.parametrize("name", ["CutoffBehavior", "TaskInvocationParameters"])
    def test_shows_no_value_of_what_a_task_never_had(self, ssm, window, name):
        task = register(ssm, window, **TARGETLESS)
        assert name not in get(ssm, window, task)
        update(ssm, window, task, TaskArn="other", Priority=1, Replace=True)
        assert name not in get(ssm, window, task)

    def test_sends_a_payload_as_base64_once(self, aws, ssm, window):
        task = register(ssm, window, **TARGETLESS, TaskInvocationParameters={"Lambda": {"Payload": b"{}"}})
        _, body = send(aws, "GetMaintenanceWindowTask", {"WindowId": window, "WindowTaskId": task})
        assert body["TaskInvocationParameters"]["Lambda"]["Payload"] == "e30="

    @pytest.mark.parametrize("gone", ["task", "window"])
    def test_of_a_missing_task_or_window_is_the_same_error(self, ssm, window, gone):
        of = window if gone == "task" else UNKNOWN_WINDOW
        code, _ = refusal(ssm.get_maintenance_window_task, WindowId=of, WindowTaskId=UNKNOWN_TASK)
        assert code == "DoesNotExistException"

    def test_of_a_task_in_another_window_finds_none(self, ssm, window):
        task = register(ssm, window, **TARGETLESS)
        code, _ = refusal(ssm.get_maintenance_window_task, WindowId=new_window(ssm), WindowTaskId=task)
        assert code == "DoesNotExistException"

    def test_hides_a_task_during_an_injected_read_lag(self, aws, ssm, window):
        aws.inject(Fault.read_lag(3600))
        task = register(ssm, window, **TARGETLESS)
        code, _ = refusal(ssm.get_maintenance_window_task, WindowId=window, WindowTaskId=task)
        assert code == "DoesNotExistException"
        assert ssm.describe_maintenance_window_tasks(WindowId=window)["Tasks"]
        aws.clear_faults()
        assert get(ssm, window, task)["TaskArn"] == "a-function"

    def test_lag_ends_after_its_time(self, aws, ssm, window):
        aws.inject(Fault.read_lag(0.05))
        task = register(ssm, window, **TARGETLESS)
        time.sleep(0.06)
        assert get(ssm, window, task)["WindowTaskId"] == task


class TestRegister:
    def test_gives_ids_of_the_form_that_the_model_asks_for(self, ssm, window):
        shape = ssm.meta.service_model.shape_for("MaintenanceWindowTaskId")
        assert re.fullmatch(shape.metadata["pattern"], register(ssm, window, **TARGETLESS))

    def test_in_a_missing_window_is_refused(self, ssm):
        code, _ = refusal(register, ssm, UNKNOWN_WINDOW, **TARGETLESS)
        assert code == "DoesNotExistException"

    def test_of_a_21st_task_is_refused(self, ssm, window):
        for _ in range(20):
            register(ssm, window, **TARGETLESS)
        assert refusal(register, ssm, window, **TARGETLESS)[0] == "ResourceLimitExceededException"

    def test_of_a_run_command_task_without_targets_is_refused(self, ssm, window):
        code, message = refusal(register, ssm, window, TaskArn="AWS-RunShellScript", TaskType="RUN_COMMAND")
        assert code == "ValidationException"
        assert "RUN_COMMAND" in message

    @pytest.mark.parametrize(
        "rates", [{"MaxConcurrency": "1"}, {"MaxErrors": "1"}, {"MaxConcurrency": "1", "MaxErrors": "1"}]
    )
    def test_of_rates_without_targets_is_one_error_that_names_both(self, ssm, window, rates):
        code, message = refusal(register, ssm, window, **TARGETLESS, **rates)
        assert code == "ValidationException"
        assert "MaxConcurrency" in message
        assert "MaxErrors" in message

    @pytest.mark.parametrize("missing", ["MaxConcurrency", "MaxErrors"])
    def test_of_targets_without_a_rate_is_refused(self, ssm, window, missing):
        task = {name: value for name, value in COMMAND.items() if name != missing}
        assert refusal(register, ssm, window, **task)[0] == "ValidationException"

    @pytest.mark.parametrize(
        "targets",
        [
            [{"Key": "tag:Environment", "Values": ["prod"]}],
            [{"Key": "instanceids", "Values": [INSTANCE]}],
            [{"Key": "resource-groups:Name", "Values": ["group"]}],
            [{"Key": "InstanceIds", "Values": []}],
            [
                {"Key": "InstanceIds", "Values": [INSTANCE] * 50},
                {"Key": "InstanceIds", "Values": [INSTANCE]},
            ],
        ],
        ids=["tag", "lower_case", "group", "no_values", "51_instances"],
    )
    def test_of_targets_out_of_bounds_is_one_text_with_both_keys(self, ssm, window, targets):
        code, message = refusal(register, ssm, window, **{**COMMAND, "Targets": targets})
        assert code == "ValidationException"
        assert "InstanceIds" in message
        assert "WindowTargetIds" in message

    @pytest.mark.parametrize(
        ("targets", "text"),
        [
            (
                [{"Key": "tag:Wave", "Values": ["a"]}],
                (
                    "tag:Wave is an invalid window task target type, use WindowTargetIds or InstanceIds."
                    " For Run Command tasks, you must specify at least one resource as the target of the task."
                    " You can specify between 1 and 50 instance IDs, or between 1 and 10 maintenance window target IDs"
                ),
            ),
            ([{"Key": "WindowTargetIds", "Values": TARGET_IDS}], "The maximum number of window targets is 10"),
            (
                [
                    {"Key": "WindowTargetIds", "Values": TARGET_IDS[:6]},
                    {"Key": "WindowTargetIds", "Values": TARGET_IDS[6:]},
                ],
                "The maximum number of window targets is 10",
            ),
        ],
        ids=["key", "11_targets", "6_and_5_targets"],
    )
    def test_of_targets_is_refused_in_the_words_of_aws(self, ssm, window, targets, text):
        assert refusal(register, ssm, window, **{**COMMAND, "Targets": targets}) == ("ValidationException", text)

    def test_of_rates_without_targets_is_refused_in_the_words_of_aws(self, ssm, window):
        text = " ".join(
            f"Maintenance window tasks without targets do not support {name} values."
            for name in ("MaxErrors", "MaxConcurrency")
        )
        code, message = refusal(register, ssm, window, **TARGETLESS, MaxConcurrency="1", MaxErrors="1")
        assert (code, message) == ("ValidationException", text)

    @pytest.mark.parametrize(
        "target",
        [{"Key": "WindowTargetIds", "Values": TARGET_IDS[:10]}, {"Key": "InstanceIds", "Values": [INSTANCE] * 50}],
        ids=["10_targets", "50_instances"],
    )
    def test_takes_as_many_targets_as_are_allowed(self, ssm, window, target):
        task = register(ssm, window, **{**COMMAND, "Targets": [target]})
        assert get(ssm, window, task)["Targets"] == [target]

    def test_of_instance_ids_needs_a_window_that_allows_unassociated_targets(self, ssm):
        closed = new_window(ssm, unassociated=False)
        by_instance = {**COMMAND, "Targets": [{"Key": "InstanceIds", "Values": [INSTANCE]}]}
        by_target = {**COMMAND, "Targets": [{"Key": "WindowTargetIds", "Values": TARGET_IDS[:1]}]}
        assert refusal(register, ssm, closed, **by_instance)[0] == "ValidationException"
        assert register(ssm, closed, **by_target)

    @pytest.mark.parametrize("task_type", FULL)
    @pytest.mark.parametrize("other", FULL)
    def test_takes_the_block_of_its_type_only(self, ssm, window, task_type, other):
        task = {**FULL[task_type], "TaskType": task_type}
        task["TaskInvocationParameters"] = FULL[other]["TaskInvocationParameters"]
        if task_type == other:
            assert register(ssm, window, **task)
        else:
            assert refusal(register, ssm, window, **task)[0] == "ValidationException"

    def test_takes_only_one_block(self, ssm, window):
        blocks = {name: block for task in FULL.values() for name, block in task["TaskInvocationParameters"].items()}
        code, _ = refusal(register, ssm, window, **TARGETLESS, TaskInvocationParameters=blocks)
        assert code == "ValidationException"

    def test_checks_neither_document_nor_function_nor_role(self, ssm, window):
        assert register(ssm, window, TaskArn="no such thing", TaskType="AUTOMATION", ServiceRoleArn="nobody")


def constrained(shape, path=()):
    """Every place in a request where the model has a constraint that botocore lets pass."""
    metadata = shape.metadata
    if "enum" in metadata:
        yield path, "BOGUS", "enum value set"
    if "pattern" in metadata and path[-1] not in {"WindowId", "WindowTaskId"}:
        yield path, "\n" * metadata.get("min", 1), "regular expression pattern"
    if "max" in metadata:
        too_much = {
            "string": lambda most: "a" * (most + 1),
            "blob": lambda most: base64.b64encode(b"a" * (most + 1)).decode(),
            "integer": lambda most: most + 1,
            "list": lambda most: [sample(shape.member)] * (most + 1),
            "map": lambda most: {str(n): sample(shape.value) for n in range(most + 1)},
        }[shape.type_name](metadata["max"])
        yield path, too_much, f"less than or equal to {metadata['max']}"
    if metadata.get("min", 0) > 0:
        too_little = {"string": "", "integer": metadata["min"] - 1, "list": [], "map": {}}[shape.type_name]
        yield path, too_little, f"greater than or equal to {metadata['min']}"
    yield from nested(shape, path)


def nested(shape, path):
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            yield from constrained(member, (*path, name))
    if shape.type_name == "list":
        yield from constrained(shape.member, (*path, 0))
    if shape.type_name == "map":
        yield from constrained(shape.value, (*path, "key"))


def sample(shape):
    if shape.type_name == "structure":
        return {name: sample(shape.members[name]) for name in shape.required_members}
    return {"string": "a", "list": [], "map": {}}[shape.type_name]


def at(path, value) -> Any:
    for step in reversed(path):
        value = [value] if step == 0 else {step: value}
    return value


def request_constraints():
    model = botocore.session.get_session().get_service_model("ssm")
    shape = model.operation_model("RegisterTaskWithMaintenanceWindow").input_shape
    return [pytest.param(*case, id=f"{'.'.join(map(str, case[0]))}: {case[2]}") for case in constrained(shape)]


class TestModel:
    @pytest.mark.parametrize(("path", "value", "constraint"), request_constraints())
    def test_every_bound_pattern_and_enum_is_checked(self, aws, window, path, value, constraint):
        status, body = send(
            aws, "RegisterTaskWithMaintenanceWindow", {"WindowId": window, **TARGETLESS, **at(path, value)}
        )
        assert (status, body["__type"]) == (400, "ValidationException")
        place = ".".join("1.member" if step == 0 else step[0].lower() + step[1:] for step in path)
        assert re.search(
            rf"at '{re.escape(place).replace('key', 'key.*')}[^']*' failed [^;]*{constraint}", body["message"]
        )

    @pytest.mark.parametrize("missing", ["WindowId", "TaskArn", "TaskType"])
    def test_every_required_member_is_demanded(self, aws, window, missing):
        task = {"WindowId": window, **TARGETLESS}
        del task[missing]
        status, body = send(aws, "RegisterTaskWithMaintenanceWindow", task)
        assert (status, body["__type"]) == (400, "ValidationException")

    def test_all_violations_come_in_one_error(self, ssm, window):
        code, message = refusal(register, ssm, window, TaskArn="a" * 1601, TaskType="BOGUS", Name="a b c")
        assert code == "ValidationException"
        assert message.startswith("3 validation errors detected")

    def test_a_sensitive_value_is_not_repeated(self, ssm, window):
        _, message = refusal(register, ssm, window, **TARGETLESS, Description="secret" * 30)
        assert "description" in message
        assert "secret" not in message

    def test_null_in_a_list_of_values_is_refused(self, aws, window):
        task = {"WindowId": window, **COMMAND, "Targets": [{"Key": "InstanceIds", "Values": [None]}]}
        assert send(aws, "RegisterTaskWithMaintenanceWindow", task)[1]["__type"] == "ValidationException"

    @pytest.mark.parametrize("priority", ["1", True, 1.5])
    def test_a_value_of_another_type_is_refused(self, aws, window, priority):
        task = {"WindowId": window, **TARGETLESS, "Priority": priority}
        assert send(aws, "RegisterTaskWithMaintenanceWindow", task)[1]["__type"] == "SerializationException"

    @pytest.mark.parametrize("rate", ["1", "99", "1%", "100%"])
    @pytest.mark.parametrize("errors", ["0", "0%", "7", "100%"])
    def test_rates_within_the_pattern_pass(self, ssm, window, rate, errors):
        assert register(ssm, window, **{**COMMAND, "MaxConcurrency": rate, "MaxErrors": errors})

    @pytest.mark.parametrize("rate", ["0", "0%", "101%", "01"])
    def test_rates_out_of_the_pattern_are_refused(self, ssm, window, rate):
        assert refusal(register, ssm, window, **{**COMMAND, "MaxConcurrency": rate})[0] == "ValidationException"

    @pytest.mark.parametrize("version", ["x1", "1x", "0", "$LATEST "])
    def test_a_document_version_must_match_in_full(self, ssm, window, version):
        block = {"RunCommand": {"DocumentVersion": version}}
        assert refusal(register, ssm, window, **COMMAND, TaskInvocationParameters=block)[0] == "ValidationException"

    def test_a_payload_is_measured_in_bytes_before_base64(self, ssm, window):
        assert register(ssm, window, **TARGETLESS, TaskInvocationParameters={"Lambda": {"Payload": b"a" * 4096}})


class TestUpdateWithoutReplace:
    @pytest.mark.parametrize("task_type", FULL)
    def test_keeps_what_is_left_out(self, ssm, window, task_type):
        task = register(ssm, window, TaskType=task_type, **FULL[task_type])
        before = get(ssm, window, task)
        update(ssm, window, task, Priority=3)
        assert get(ssm, window, task) == {**before, "Priority": 3}

    def test_replaces_invocation_parameters_as_a_whole(self, ssm, window):
        task = register(ssm, window, TaskType="RUN_COMMAND", **FULL["RUN_COMMAND"])
        block = {"RunCommand": {"Comment": "new"}}
        assert update(ssm, window, task, TaskInvocationParameters=block)["TaskInvocationParameters"] == block

    def test_cannot_make_a_targeted_task_targetless(self, ssm, window):
        task = register(ssm, window, TaskType="AUTOMATION", **FULL["AUTOMATION"])
        code, _ = refusal(update, ssm, window, task, Targets=[])
        assert code == "ValidationException"

    def test_refuses_rates_for_a_targetless_task(self, ssm, window):
        task = register(ssm, window, **TARGETLESS)
        assert refusal(update, ssm, window, task, MaxErrors="1")[0] == "ValidationException"

    def test_refuses_targets_without_rates_for_a_targetless_task(self, ssm, window):
        task = register(ssm, window, **TARGETLESS)
        assert refusal(update, ssm, window, task, Targets=TARGETED["Targets"])[0] == "ValidationException"

    def test_that_is_refused_changes_nothing(self, ssm, window):
        task = register(ssm, window, **TARGETLESS)
        before = get(ssm, window, task)
        refusal(update, ssm, window, task, Name="another", MaxErrors="1")
        assert get(ssm, window, task) == before


class TestUpdateWithReplace:
    @pytest.mark.parametrize("task_type", FULL)
    def test_clears_what_is_left_out(self, ssm, window, task_type):
        task = register(ssm, window, TaskType=task_type, **FULL[task_type])
        bare = {"TaskArn": "another", "Priority": 0, **(TARGETED if task_type == "RUN_COMMAND" else {})}
        update(ssm, window, task, Replace=True, **bare)
        placeholders = {
            "Targets": [],
            "MaxConcurrency": "1",
            "MaxErrors": "1",
            "ServiceRoleArn": SERVICE_LINKED_ROLE,
            "TaskParameters": {},
        }
        ids = {"WindowId": window, "WindowTaskId": task, "TaskType": task_type}
        assert get(ssm, window, task) == {**placeholders, **bare, **ids}

    @pytest.mark.parametrize("missing", ["TaskArn", "Priority"])
    def test_needs_task_arn_and_priority(self, ssm, window, missing):
        task = register(ssm, window, **TARGETLESS)
        given = {"TaskArn": "a-function", "Priority": 1}
        del given[missing]
        code, message = refusal(update, ssm, window, task, Replace=True, **given)
        assert code == "ValidationException"
        assert missing in message

    @pytest.mark.parametrize("task_type", FULL)
    def test_answers_with_what_get_shows_except_the_type(self, ssm, window, task_type):
        task = register(ssm, window, TaskType=task_type, TaskArn="first", **TARGETED)
        answer = update(ssm, window, task, Replace=True, **FULL[task_type])
        assert {**answer, "TaskType": task_type} == get(ssm, window, task)

    def test_moves_between_targeted_and_targetless(self, ssm, window):
        task = register(ssm, window, **TARGETLESS)
        update(ssm, window, task, Replace=True, TaskArn="a-function", Priority=0, **TARGETED)
        assert get(ssm, window, task)["MaxConcurrency"] == "10%"
        update(ssm, window, task, Replace=True, TaskArn="a-function", Priority=0)
        assert get(ssm, window, task)["Targets"] == []

    def test_refuses_a_run_command_task_without_targets(self, ssm, window):
        task = register(ssm, window, **COMMAND)
        code, _ = refusal(update, ssm, window, task, Replace=True, TaskArn="AWS-RunShellScript", Priority=0)
        assert code == "ValidationException"

    def test_of_a_missing_task_is_refused(self, ssm, window):
        code, _ = refusal(update, ssm, window, UNKNOWN_TASK, Replace=True, TaskArn="a", Priority=0)
        assert code == "DoesNotExistException"

    def test_refuses_a_block_of_another_type(self, ssm, window):
        task = register(ssm, window, **TARGETLESS)
        block = FULL["STEP_FUNCTIONS"]["TaskInvocationParameters"]
        assert refusal(update, ssm, window, task, TaskInvocationParameters=block)[0] == "ValidationException"

    def test_checks_the_model_of_an_update(self, ssm, window):
        task = register(ssm, window, **TARGETLESS)
        assert refusal(update, ssm, window, task, Name="no spaces")[0] == "ValidationException"


class TestDeregister:
    def test_answers_with_both_ids_and_removes_the_task(self, ssm, window):
        task = register(ssm, window, **TARGETLESS)
        answer = ssm.deregister_task_from_maintenance_window(WindowId=window, WindowTaskId=task)
        assert members(answer) == {"WindowId": window, "WindowTaskId": task}
        assert not ssm.describe_maintenance_window_tasks(WindowId=window)["Tasks"]

    @pytest.mark.parametrize("of", ["task", "window"])
    def test_of_a_missing_task_or_window_is_refused(self, ssm, window, of):
        window_id = window if of == "task" else UNKNOWN_WINDOW
        code, _ = refusal(ssm.deregister_task_from_maintenance_window, WindowId=window_id, WindowTaskId=UNKNOWN_TASK)
        assert code == "DoesNotExistException"


class TestDescribe:
    def test_item_has_every_member_of_the_model(self, ssm, window):
        task = register(ssm, window, TaskType="RUN_COMMAND", **FULL["RUN_COMMAND"])
        [item] = ssm.describe_maintenance_window_tasks(WindowId=window)["Tasks"]
        expected = {**FULL["RUN_COMMAND"], "WindowId": window, "WindowTaskId": task, "Type": "RUN_COMMAND"}
        del expected["TaskInvocationParameters"]
        assert item == expected
        assert set(item) == set(ssm.meta.service_model.shape_for("MaintenanceWindowTask").members)

    @pytest.mark.parametrize(
        ("key", "value"), [("TaskArn", "b"), ("Priority", "5"), ("TaskType", "AUTOMATION"), ("WindowTaskId", None)]
    )
    def test_filters_by_each_key(self, ssm, window, key, value):
        register(ssm, window, TaskArn="a", TaskType="LAMBDA")
        wanted = register(ssm, window, TaskArn="b", TaskType="AUTOMATION", Priority=5)
        filters = [{"Key": key, "Values": [value or wanted, "another"]}]
        found = ssm.describe_maintenance_window_tasks(WindowId=window, Filters=filters)["Tasks"]
        assert [item["WindowTaskId"] for item in found] == [wanted]

    def test_filters_must_all_hold(self, ssm, window):
        register(ssm, window, TaskArn="a", TaskType="LAMBDA")
        filters = [{"Key": "TaskArn", "Values": ["a"]}, {"Key": "TaskType", "Values": ["AUTOMATION"]}]
        assert not ssm.describe_maintenance_window_tasks(WindowId=window, Filters=filters)["Tasks"]

    def test_unknown_filter_is_refused(self, ssm, window):
        filters = [{"Key": "Name", "Values": ["a"]}]
        code, _ = refusal(ssm.describe_maintenance_window_tasks, WindowId=window, Filters=filters)
        assert code == "ValidationException"

    def test_pages(self, ssm, window):
        tasks = [register(ssm, window, **TARGETLESS) for _ in range(13)]
        pages = list(
            ssm.get_paginator("describe_maintenance_window_tasks").paginate(
                WindowId=window, PaginationConfig={"PageSize": 10}
            )
        )
        assert [len(page["Tasks"]) for page in pages] == [10, 3]
        assert [item["WindowTaskId"] for page in pages for item in page["Tasks"]] == tasks

    def test_invalid_page_token_is_refused(self, ssm, window):
        code, _ = refusal(ssm.describe_maintenance_window_tasks, WindowId=window, NextToken="made up")
        assert code == "ValidationException"

    def test_of_a_missing_window_is_refused(self, ssm):
        code, _ = refusal(ssm.describe_maintenance_window_tasks, WindowId=UNKNOWN_WINDOW)
        assert code == "DoesNotExistException"


class TestClientToken:
    def test_makes_a_repeated_registration_the_same_task(self, ssm, window):
        first = register(ssm, window, **TARGETLESS, ClientToken="token")
        assert register(ssm, window, **TARGETLESS, ClientToken="token") == first
        assert len(ssm.describe_maintenance_window_tasks(WindowId=window)["Tasks"]) == 1

    def test_with_other_parameters_is_refused(self, ssm, window):
        register(ssm, window, **TARGETLESS, ClientToken="token")
        code, _ = refusal(register, ssm, window, **TARGETLESS, Priority=1, ClientToken="token")
        assert code == "IdempotentParameterMismatch"

    def test_still_names_a_task_that_is_gone(self, ssm, window):
        first = register(ssm, window, **TARGETLESS, ClientToken="token")
        ssm.deregister_task_from_maintenance_window(WindowId=window, WindowTaskId=first)
        assert register(ssm, window, **TARGETLESS, ClientToken="token") == first
        assert not ssm.describe_maintenance_window_tasks(WindowId=window)["Tasks"]

    def test_still_names_a_task_that_was_changed_since(self, ssm, window):
        first = register(ssm, window, **TARGETLESS, ClientToken="token")
        update(ssm, window, first, Name="changed")
        assert register(ssm, window, **TARGETLESS, ClientToken="token") == first
        assert get(ssm, window, first)["Name"] == "changed"

    def test_counts_no_second_task_against_the_quota(self, ssm, window):
        tasks = [register(ssm, window, **TARGETLESS, ClientToken=f"token-{n}") for n in range(20)]
        assert register(ssm, window, **TARGETLESS, ClientToken="token-3") == tasks[3]

    def test_of_a_refused_registration_is_not_remembered(self, ssm, window):
        refusal(register, ssm, window, **TARGETLESS, MaxErrors="1", ClientToken="token")
        assert register(ssm, window, **TARGETLESS, ClientToken="token")

    def test_belongs_to_its_operation_account_and_region(self, aws, ssm, window):
        first = register(ssm, window, **TARGETLESS, ClientToken="token")
        ssm.create_maintenance_window(
            Name="w12", Schedule="rate(1 day)", Duration=2, Cutoff=1, AllowUnassociatedTargets=True, ClientToken="token"
        )
        for other in (aws.client("ssm", region="eu-west-1"), aws.client("ssm", account="222222222222")):
            assert register(other, new_window(other), **TARGETLESS, ClientToken="token") != first

    def test_is_forgotten_after_an_injected_lifetime(self, aws, ssm, window):
        first = register(ssm, window, **TARGETLESS, ClientToken="token")
        aws.inject(Fault.token_lifetime(3600))
        assert register(ssm, window, **TARGETLESS, ClientToken="token") == first
        aws.clear_faults()
        aws.inject(Fault.token_lifetime(0))
        assert register(ssm, window, **TARGETLESS, ClientToken="token") != first

    def test_used_by_many_at_once_makes_one_task(self, ssm, window):
        with ThreadPoolExecutor(8) as pool:
            ids = set(pool.map(lambda _: register(ssm, window, **TARGETLESS, ClientToken="token"), range(16)))
        assert len(ids) == 1
