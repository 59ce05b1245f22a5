"""Runbooks whose steps work on the local AWS: their Python runs, and their calls see the night so far."""

import json
import os
from datetime import UTC, datetime

import pytest

from pulumi_ssm_maintenance.testing import Node, Outcome, RehearsalError

WEB = ("tag:Patch Group", ["web"])
OPENING = datetime(2026, 12, 12, 2, tzinfo=UTC)


def nodes(count=1, **more):
    return Node.fleet(count, tags={"Patch Group": "web"}, minutes=10, **more)


def script(name, code, **payload):
    inputs = {"Runtime": "python3.11", "Handler": "handler", "Script": code}
    return {
        "name": name,
        "action": "aws:executeScript",
        "inputs": inputs | ({"InputPayload": payload} if payload else {}),
    }


def api(name, service, operation, action="aws:executeAwsApi", outputs=(), **inputs):
    step = {"name": name, "action": action, "inputs": {"Service": service, "Api": operation, **inputs}}
    return step | ({"outputs": list(outputs)} if outputs else {})


PATCH = {
    "name": "patch",
    "action": "aws:runCommand",
    "inputs": {
        "DocumentName": "AWS-RunPatchBaseline",
        "InstanceIds": ["{{ InstanceId }}"],
        "Parameters": {"Operation": ["Install"]},
    },
}


@pytest.fixture
def rehearse(window):
    """Rehearses a window whose only task runs a runbook of these steps."""

    def rehearse(*steps, on=None, at_once="1", **circumstances):
        content = {
            "schemaVersion": "0.3",
            "parameters": {"InstanceId": {"type": "String"}, "Window": {"type": "String"}},
            "mainSteps": list(steps),
        }
        window.ssm.create_document(Name="steps", DocumentType="Automation", Content=json.dumps(content))
        parameters = {"InstanceId": ["{{RESOURCE_ID}}"], "Window": ["{{WINDOW_EXECUTION_ID}}"]}
        window.task(
            "work",
            [window.target(WEB)],
            TaskType="AUTOMATION",
            TaskArn="steps",
            MaxConcurrency=at_once,
            TaskInvocationParameters={"Automation": {"Parameters": parameters}},
        )
        return window.rehearse(*(on or nodes()), at=OPENING, **circumstances)

    return rehearse


def only(night):
    (invocation,) = night.task("work").invocations
    return invocation


class TestScripts:
    def test_its_python_runs_and_what_it_returns_goes_on_to_the_next_step(self, rehearse):
        add = script(
            "add", "def handler(events, context):\n    print('adding')\n    return {'Sum': events['A'] + 1}", A=1
        )
        add["outputs"] = [{"Name": "Sum", "Selector": "$.Payload.Sum", "Type": "Integer"}]
        again = script("again", "def handler(events, _):\n    return events", Sum="{{ add.Sum }}")
        invocation = only(rehearse(add, again))
        assert invocation.step("add").log == "adding\n"
        assert json.loads(invocation.step("again").outputs["OutputPayload"]) == {"Payload": {"Sum": 2}}

    def test_an_exception_fails_the_step_with_its_text(self, rehearse):
        invocation = only(rehearse(script("gate", "def handler(events, _):\n    raise RuntimeError('not yet')")))
        assert (invocation.status, invocation.status_details) == ("FAILED", "RuntimeError: not yet")

    def test_boto3_sees_this_aws_and_the_night_so_far(self, rehearse):
        code = """
import boto3
def handler(events, _):
    ssm = boto3.client("ssm")
    tasks = ssm.describe_maintenance_window_execution_tasks(WindowExecutionId=events["Window"])
    commands = ssm.list_commands(InstanceId=events["Node"])["Commands"]
    return {"Tasks": [it["Status"] for it in tasks["WindowExecutionTaskIdentities"]],
            "Commands": [it["Status"] for it in commands]}
"""
        look = script("look", code, Window="{{ Window }}", Node="{{ InstanceId }}")
        invocation = only(rehearse(PATCH, look))
        seen = json.loads(invocation.step("look").outputs["OutputPayload"])["Payload"]
        assert seen == {"Tasks": ["IN_PROGRESS"], "Commands": ["Success"]}

    def test_it_is_the_virtual_time_and_sleeping_takes_none_of_ours(self, rehearse):
        code = """
import time
from datetime import UTC, date, datetime
def handler(events, _):
    before = datetime.now(UTC)
    time.sleep(1800)
    return {"Before": before.isoformat(), "After": time.time() - before.timestamp(), "Today": str(date.today())}
"""
        invocation = only(rehearse(script("wait", code) | {"timeoutSeconds": 3600}))
        seen = json.loads(invocation.step("wait").outputs["OutputPayload"])["Payload"]
        assert seen == {"Before": "2026-12-12T02:00:00+00:00", "After": 1800.0, "Today": "2026-12-12"}

    def test_one_that_waits_for_the_night_sees_it_go_on(self, rehearse):
        code = """
import time, boto3
def handler(events, _):
    ssm = boto3.client("ssm")
    for round in range(60):
        done = ssm.list_commands(Filters=[{"key": "Status", "value": "Success"}])["Commands"]
        if done:
            return {"Rounds": round}
        time.sleep(60)
    raise TimeoutError
"""
        choice = {"Variable": "{{ InstanceId }}", "StringEquals": nodes()[0].id, "NextStep": "wait"}
        fork = {"name": "fork", "action": "aws:branch", "inputs": {"Default": "patch", "Choices": [choice]}}
        steps = fork, PATCH | {"isEnd": True}, script("wait", code) | {"timeoutSeconds": 7200}
        waiting, _ = rehearse(*steps, on=nodes(2), at_once="2").task("work").invocations
        # The command ends at minute 10, after the look of that minute.
        assert json.loads(waiting.step("wait").outputs["OutputPayload"]) == {"Payload": {"Rounds": 11}}

    def test_one_that_sleeps_too_long_times_out(self, rehearse):
        code = "import time\ndef handler(events, _):\n    time.sleep(900)"
        invocation = only(rehearse(script("wait", code)))
        assert (invocation.step("wait").status, invocation.status) == ("TimedOut", "TIMED_OUT")
        assert (invocation.ended - invocation.started).total_seconds() == 600

    def test_it_cannot_reach_another_host_nor_start_a_process(self, rehearse):
        code = """
import socket, subprocess
def handler(events, _):
    try:
        socket.create_connection(("192.0.2.1", 80), timeout=5)
    except PermissionError as error:
        refused = str(error)
    try:
        subprocess.run(["true"])
    except PermissionError as error:
        return {"Refused": [refused, str(error)]}
"""
        invocation = only(rehearse(script("leak", code)))
        seen = json.loads(invocation.step("leak").outputs["OutputPayload"])["Payload"]["Refused"]
        assert seen == [
            "a script of a rehearsal reaches the local AWS and no other host",
            "a script of a rehearsal starts no process",
        ]

    def test_it_sees_no_secret_of_the_environment(self, rehearse, monkeypatch):
        monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "hunter2")
        code = "import os\ndef handler(events, _):\n    return sorted(os.environ)"
        invocation = only(rehearse(script("look", code)))
        seen = json.loads(invocation.step("look").outputs["OutputPayload"])["Payload"]
        assert "PULUMI_CONFIG_PASSPHRASE" in os.environ
        assert not [name for name in seen if not name.startswith("AWS_") and name not in _PLAIN]

    def test_another_language_than_python_is_refused(self, rehearse):
        step = script("gate", "exports.handler = 1")
        step["inputs"]["Runtime"] = "nodejs20.x"
        assert "a rehearsal runs Python, and no nodejs20.x" in only(rehearse(step)).status_details

    def test_one_without_its_handler_fails(self, rehearse):
        assert "has no function 'handler'" in only(rehearse(script("gate", "x = 1"))).status_details

    def test_one_that_never_ends_is_an_error_that_names_the_step(self, rehearse, aws, monkeypatch):
        process = aws._script_process()
        monkeypatch.setattr(process, "_longest", 2.0)
        with pytest.raises(RehearsalError, match=r"^step loop of work: its script has worked for 2 s without an end$"):
            rehearse(script("loop", "def handler(events, _):\n    while True: pass"))

    def test_one_that_ends_its_process_is_an_error_that_names_the_step(self, rehearse):
        with pytest.raises(RehearsalError, match=r"^step gate of work: its script has ended its process$"):
            rehearse(script("gate", "import os\ndef handler(events, _):\n    os._exit(3)"))


_PLAIN = {
    "PATH",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "PYTHONPATH",
    "PYTHONHOME",
    "VIRTUAL_ENV",
    "HOME",
    "PYTHONDONTWRITEBYTECODE",
    "NO_PROXY",
    "no_proxy",
}


class TestCalls:
    def test_an_answer_is_picked_by_selectors(self, rehearse):
        outputs = [{"Name": "Names", "Selector": "$.WindowIdentities[*].Name", "Type": "StringList"}]
        invocation = only(rehearse(api("list", "ssm", "DescribeMaintenanceWindows", outputs=outputs)))
        assert invocation.step("list").outputs == {"Names": ["nightly"]}

    def test_an_error_of_aws_fails_the_step_with_its_code(self, rehearse):
        step = api("get", "ssm", "get_maintenance_window", WindowId="mw-00000000000000000")
        assert "DoesNotExistException" in only(rehearse(step)).status_details

    def test_a_parameter_that_does_not_exist_fails_the_step(self, rehearse):
        step = api("get", "ssm", "DescribeMaintenanceWindows", Wrong=1)
        assert 'Unknown parameter in input: "Wrong"' in only(rehearse(step)).status_details

    def test_a_property_is_asserted(self, rehearse, aws):
        aws.client("cloudwatch").put_metric_alarm(
            AlarmName="errors",
            MetricName="m",
            Namespace="n",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
            Statistic="Sum",
        )
        guard = api(
            "guard",
            "cloudwatch",
            "DescribeAlarms",
            "aws:assertAwsResourceProperty",
            AlarmNames=["errors"],
            PropertySelector="$.MetricAlarms[0].StateValue",
            DesiredValues=["OK", "INSUFFICIENT_DATA"],
        )
        night = rehearse(guard, PATCH, on=nodes(3), alarms={"errors": [(15, "ALARM")]})
        first, second, third = night.task("work").invocations
        assert (first.status, second.status) == ("SUCCESS", "SUCCESS")
        assert third.status_details == "The property is ALARM; desired: OK, INSUFFICIENT_DATA"

    def test_a_property_is_waited_for(self, rehearse):
        stop = {
            "name": "stop",
            "action": "aws:changeInstanceState",
            "inputs": {"InstanceIds": ["{{ InstanceId }}"], "DesiredState": "stopped"},
        }
        wait = api(
            "wait",
            "ec2",
            "DescribeInstances",
            "aws:waitForAwsResourceProperty",
            InstanceIds=["{{ InstanceId }}"],
            PropertySelector="$.Reservations[0].Instances[0].State.Name",
            DesiredValues=["stopped"],
        )
        never = api(
            "never",
            "ec2",
            "DescribeInstances",
            "aws:waitForAwsResourceProperty",
            InstanceIds=["{{ InstanceId }}"],
            PropertySelector="$.Reservations[0].Instances[0].State.Name",
            DesiredValues=["running"],
        ) | {"timeoutSeconds": 60}
        invocation = only(rehearse(stop, wait, never))
        assert [step.status for step in invocation.runbook.steps] == ["Success", "Success", "TimedOut"]

    def test_a_stopped_node_does_not_take_the_next_command(self, rehearse):
        stop = {
            "name": "stop",
            "action": "aws:changeInstanceState",
            "inputs": {"InstanceIds": ["{{ InstanceId }}"], "DesiredState": "stopped"},
        }
        assert only(rehearse(stop, PATCH)).step("patch").status == "Failed"

    def test_an_image_is_there_afterwards(self, rehearse, aws):
        image = {
            "name": "image",
            "action": "aws:createImage",
            "inputs": {
                "InstanceId": "{{ InstanceId }}",
                "ImageName": "before-{{ automation:EXECUTION_ID }}",
                "NoReboot": True,
            },
        }
        night = rehearse(image, outcomes={"image": Outcome(minutes=8)})
        invocation = only(night)
        (found,) = aws.client("ec2").describe_images(Owners=["self"])["Images"]
        assert found["ImageId"] == invocation.step("image").outputs["ImageId"]
        assert found["Name"] == f"before-{invocation.execution_id}"
        assert (invocation.ended - invocation.started).total_seconds() == 8 * 60


def test_the_next_step_reads_the_patches_of_the_node(rehearse):
    code = """
import boto3
def handler(events, _):
    (state,) = boto3.client("ssm").describe_instance_patch_states(InstanceIds=[events["Node"]])["InstancePatchStates"]
    return {name: state[name] for name in ("MissingCount", "FailedCount", "Operation")}
"""
    check = script("check", code, Node="{{ InstanceId }}")
    bad = Node("i-0123456789abcdef0", tags={"Patch Group": "web"}, patches={"MissingCount": 2})
    night = rehearse(PATCH, check, on=[*nodes(1), bad])
    seen = [json.loads(it.step("check").outputs["OutputPayload"])["Payload"] for it in night.invocations]
    assert [it["MissingCount"] for it in seen] == [0, 2]
    assert {it["Operation"] for it in seen} == {"Install"}


def test_a_script_cancels_the_run_of_the_window(rehearse, window):
    code = """
import boto3
def handler(events, _):
    boto3.client("ssm").cancel_maintenance_window_execution(WindowExecutionId=events["Window"])
"""
    window.task("later", [window.target(WEB)], Priority=9)
    night = rehearse(script("cancel", code, Window="{{ Window }}"))
    assert (night.status, night.task("work").status, night.task("later").status) == (
        "CANCELLED",
        "SUCCESS",
        "CANCELLED",
    )
    (seen,) = window.ssm.describe_maintenance_window_executions(WindowId=window.id)["WindowExecutions"]
    assert seen["Status"] == "CANCELLED"


def test_whether_a_script_sees_the_tasks_that_come_later_is_an_open_question(rehearse, window):
    code = """
import boto3
def handler(events, _):
    ssm = boto3.client("ssm")
    tasks = ssm.describe_maintenance_window_execution_tasks(WindowExecutionId=events["Window"])
    return [it["Status"] for it in tasks["WindowExecutionTaskIdentities"]]
"""
    window.task("later", [window.target(WEB)], Priority=9)
    night = rehearse(script("look", code, Window="{{ Window }}"), assume="all")
    seen = {
        it.assumptions["later_tasks"]: json.loads(it.task("work").invocations[0].step("look").outputs["OutputPayload"])
        for it in (night, *night.variants)
    }
    assert seen == {
        "no_row": {"Payload": ["IN_PROGRESS"]},
        "pending": {"Payload": ["IN_PROGRESS", "PENDING"]},
    }


def test_what_one_night_changes_is_not_there_for_the_next_under_other_assumptions(rehearse, aws):
    """Each night counts the images, the parameters and the queues that exist, and then makes one of each."""
    code = """
import boto3
def handler(events, _):
    ec2, ssm, sqs = (boto3.client(name) for name in ("ec2", "ssm", "sqs"))
    (reservation,) = ec2.describe_instances(InstanceIds=[events["Node"]])["Reservations"]
    seen = {"Images": len(ec2.describe_images(Owners=["self"])["Images"]),
            "State": reservation["Instances"][0]["State"]["Name"],
            "Parameters": len(ssm.describe_parameters()["Parameters"]),
            "Windows": len(ssm.describe_maintenance_windows()["WindowIdentities"]),
            "Queues": len(sqs.list_queues().get("QueueUrls", []))}
    ec2.create_image(InstanceId=events["Node"], Name="image")
    ec2.terminate_instances(InstanceIds=[events["Node"]])
    ssm.put_parameter(Name="/night", Value="bad", Type="String")
    ssm.create_maintenance_window(
        Name="made", Schedule="rate(1 day)", Duration=2, Cutoff=1, AllowUnassociatedTargets=True)
    sqs.create_queue(QueueName="night")
    return seen
"""
    night = rehearse(script("count", code, Node="{{ InstanceId }}"), at_once="50%", assume="all")
    assert [variant.assumptions["rounding"] for variant in night.variants] == ["up", "nearest"]
    for variant in [night, *night.variants]:
        assert only(variant).step("count").message is None
        seen = json.loads(only(variant).step("count").outputs["OutputPayload"])["Payload"]
        assert seen == {"Images": 0, "State": "running", "Parameters": 0, "Windows": 1, "Queues": 0}
    assert night.unanswered == []
    # What the night under the usual assumptions has made remains, once.
    assert len(aws.client("ec2").describe_images(Owners=["self"])["Images"]) == 1
    assert len(aws.client("ssm").describe_parameters()["Parameters"]) == 1
    assert len(aws.windows()) == 2


def test_a_runbook_of_aws_itself_takes_the_outcome_of_its_node(window):
    window.task("restart", [window.target(WEB)], TaskType="AUTOMATION", TaskArn="AWS-RestartEC2Instance")
    night = window.rehearse(*nodes(1, outcome="Failed"))
    assert (night.task("restart").status, night.invocations[0].runbook) == ("FAILED", None)


def test_a_runbook_in_another_account_and_region_sees_that_one(window):
    """Its scripts get the credentials of the account that is rehearsed."""
    aws, account, region = window.aws, "210987654321", "eu-west-1"
    ssm = aws.client("ssm", region, account)
    code = "import boto3\ndef handler(e, c):\n    return boto3.client('sts').get_caller_identity()['Account']"
    content = {"schemaVersion": "0.3", "mainSteps": [script("who", code)]}
    ssm.create_document(Name="who", DocumentType="Automation", Content=json.dumps(content))
    made = ssm.create_maintenance_window(
        Name="there", Schedule="rate(1 day)", Duration=4, Cutoff=1, AllowUnassociatedTargets=True
    )["WindowId"]
    ssm.register_task_with_maintenance_window(WindowId=made, Name="who", TaskType="AUTOMATION", TaskArn="who")
    night = aws.rehearse(made, region=region, account=account)
    assert json.loads(night.invocations[0].step("who").outputs["OutputPayload"]) == {"Payload": account}
    (seen,) = ssm.describe_maintenance_window_executions(WindowId=made)["WindowExecutions"]
    assert seen["WindowExecutionId"] == night.id
