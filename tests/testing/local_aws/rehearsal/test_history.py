"""The night afterwards, read by the APIs of Systems Manager as a script of a user reads it."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from pulumi_ssm_maintenance.testing import Node

OPENING = datetime(2026, 12, 12, 2, tzinfo=UTC)
WEB = ("tag:Patch Group", ["web"])
STEPS = {
    "schemaVersion": "0.3",
    "parameters": {"InstanceId": {"type": "String"}},
    "mainSteps": [
        {"name": "wait", "action": "aws:sleep", "inputs": {"Duration": "PT5M"}},
        {
            "name": "patch",
            "action": "aws:runCommand",
            "timeoutSeconds": 7200,
            "inputs": {
                "DocumentName": "AWS-RunPatchBaseline",
                "InstanceIds": ["{{ InstanceId }}"],
                "Parameters": {"Operation": ["Install"], "RebootOption": ["NoReboot"]},
            },
        },
    ],
}


def nodes():
    tags = {"Patch Group": "web"}
    return [
        Node("i-00000000000000001", tags=tags | {"Name": "one"}, minutes=10),
        Node("i-00000000000000002", tags=tags, minutes=10, outcome={"patch": "Failed"}),
        Node("i-00000000000000003", tags=tags, minutes=10, offline=[(200, None)], platform="Windows"),
        Node("i-00000000000000004", tags={"Role": "db"}, stopped=True),
    ]


def declare(window):
    """Declare a task that sends a command, and one that runs a runbook on each node."""
    content = json.dumps(STEPS)
    window.ssm.create_document(Name="steps", DocumentType="Automation", Content=content)
    target = window.target(WEB, owner="web team")
    window.task(
        "patch",
        [target],
        MaxConcurrency="2",
        TaskInvocationParameters={"RunCommand": {"Parameters": {"Operation": ["Scan"]}, "TimeoutSeconds": 600}},
        Priority=1,
    )
    parameters = {"InstanceId": ["{{RESOURCE_ID}}"]}
    window.task(
        "steps",
        [target],
        TaskType="AUTOMATION",
        TaskArn="steps",
        TaskInvocationParameters={"Automation": {"Parameters": parameters}},
        Priority=2,
        MaxErrors="3",
    )


@pytest.fixture(scope="module")
def night(lasting_window):
    """A night with a command on three nodes, of which one fails, and a runbook on each."""
    declare(lasting_window)
    return lasting_window.rehearse(*nodes(), at=OPENING)


@pytest.fixture(scope="module")
def ssm(lasting_window):
    return lasting_window.ssm


def all_of(ssm, operation, result, **parameters):
    """Everything, page by page, with the smallest pages that AWS allows."""
    found, more = [], {}
    while True:
        answer = getattr(ssm, operation)(**parameters, **more)
        found += answer[result]
        if "NextToken" not in answer:
            return found
        more = {"NextToken": answer["NextToken"]}


class TestARun:
    def test_is_listed_with_its_times(self, ssm, night):
        (run,) = ssm.describe_maintenance_window_executions(WindowId=night.window.id)["WindowExecutions"]
        assert (run["WindowExecutionId"], run["Status"]) == (night.id, "FAILED")
        assert run["StatusDetails"] == "One or more tasks in the orchestration failed."
        assert (run["StartTime"], run["EndTime"]) == (OPENING, night.ended)
        shown = ssm.get_maintenance_window_execution(WindowExecutionId=night.id)
        assert shown["TaskIds"] == [task.id for task in night.tasks]

    @pytest.mark.parametrize(
        ("key", "value", "count"),
        [
            ("ExecutedAfter", "2026-12-12T01:59:00Z", 1),
            ("ExecutedAfter", "2026-12-12T02:01:00Z", 0),
            ("ExecutedBefore", "2026-12-12T01:59:00Z", 0),
        ],
    )
    def test_is_found_by_time(self, ssm, night, key, value, count):
        filters = [{"Key": key, "Values": [value]}]
        found = ssm.describe_maintenance_window_executions(WindowId=night.window.id, Filters=filters)
        assert len(found["WindowExecutions"]) == count

    def test_another_opening_adds_one_and_the_same_opening_replaces_it(self, window):
        declare(window)
        night, _ = window.rehearse(*nodes(), at=OPENING), window.rehearse(*nodes(), at=OPENING)
        later = window.rehearse(*nodes(), at=OPENING + timedelta(days=1))
        found = window.ssm.describe_maintenance_window_executions(WindowId=window.id)["WindowExecutions"]
        assert [run["WindowExecutionId"] for run in found] == [later.id, night.id]

    def test_its_tasks_have_no_name_but_a_document_and_a_priority(self, ssm, night):
        rows = ssm.describe_maintenance_window_execution_tasks(WindowExecutionId=night.id)
        tasks = rows["WindowExecutionTaskIdentities"]
        assert [(task["TaskArn"], task["Status"]) for task in tasks] == [
            ("AWS-RunPatchBaseline", "FAILED"),
            ("steps", "SUCCESS"),
        ]
        first = ssm.get_maintenance_window_execution_task(
            WindowExecutionId=night.id, TaskId=tasks[0]["TaskExecutionId"]
        )
        assert (first["Priority"], first["MaxConcurrency"], first["MaxErrors"]) == (1, "2", "0")

    def test_its_tasks_are_found_by_status(self, ssm, night):
        rows = ssm.describe_maintenance_window_execution_tasks(
            WindowExecutionId=night.id, Filters=[{"Key": "STATUS", "Values": ["SUCCESS"]}]
        )
        assert len(rows["WindowExecutionTaskIdentities"]) == 1

    def test_an_invocation_of_a_command_has_all_nodes_and_one_of_a_runbook_has_one(self, ssm, night):
        counts = []
        for task in night.tasks:
            of = {"WindowExecutionId": night.id, "TaskId": task.id}
            rows = ssm.describe_maintenance_window_execution_task_invocations(**of)
            invocations = rows["WindowExecutionTaskInvocationIdentities"]
            counts.append(len(invocations))
            shown = ssm.get_maintenance_window_execution_task_invocation(
                **of, InvocationId=invocations[0]["InvocationId"]
            )
            assert {**invocations[0]} == {name: value for name, value in shown.items() if name != "ResponseMetadata"}
            assert shown["OwnerInformation"] == "web team"
        assert counts == [1, 3]

    @pytest.mark.parametrize("what", ["execution", "execution_task", "execution_task_invocation"])
    def test_that_is_unknown_does_not_exist(self, ssm, night, what):
        other = "00000000-0000-0000-0000-000000000000"
        ids = {"WindowExecutionId": other if what == "execution" else night.id}
        if what != "execution":
            ids["TaskId"] = other if what == "execution_task" else night.tasks[0].id
        if what == "execution_task_invocation":
            ids["InvocationId"] = other
        with pytest.raises(ClientError) as caught:
            getattr(ssm, f"get_maintenance_window_{what}")(**ids)
        assert caught.value.response["Error"]["Code"] == "DoesNotExistException"


class TestCommands:
    def test_the_newest_is_first_and_counts_its_nodes(self, ssm, night):
        commands = all_of(ssm, "list_commands", "Commands", MaxResults=1)
        assert [command["TargetCount"] for command in commands] == [1, 1, 1, 3]
        first = commands[-1]
        assert (first["Status"], first["StatusDetails"], first["CompletedCount"]) == ("Failed", "Failed", 3)
        assert (first["ErrorCount"], first["RequestedDateTime"]) == (1, OPENING)
        assert first["ExpiresAfter"] == OPENING + timedelta(seconds=600 + 3600)

    @pytest.mark.parametrize(
        ("key", "value", "count"),
        [
            ("Status", "Failed", 2),
            ("Status", "Success", 2),
            ("ExecutionStage", "Executing", 0),
            ("DocumentName", "AWS-RunShellScript", 0),
            ("InvokedAfter", "2026-12-12T02:01:00Z", 3),
            ("InvokedBefore", "2026-12-12T02:01:00Z", 1),
        ],
    )
    def test_they_are_found_by_what_they_are(self, ssm, night, key, value, count):
        assert len(ssm.list_commands(Filters=[{"key": key, "value": value}])["Commands"]) == count

    def test_each_node_has_its_own_end(self, ssm, night):
        command = night.commands[0]
        rows = ssm.list_command_invocations(CommandId=command.id, Details=True)["CommandInvocations"]
        assert [(row["InstanceId"][-1], row["StatusDetails"]) for row in rows] == [
            ("1", "Success"),
            ("2", "Failed"),
            ("3", "Terminated"),
        ]
        assert [row["CommandPlugins"][0]["ResponseCode"] for row in rows] == [0, 1, -1]
        shown = ssm.get_command_invocation(CommandId=command.id, InstanceId=nodes()[0].id)
        assert (shown["Status"], shown["ExecutionElapsedTime"]) == ("Success", "PT600S")
        assert shown["ExecutionStartDateTime"] == "2026-12-12T02:00:00.000Z"

    def test_a_node_that_the_command_was_not_sent_to_has_no_invocation(self, ssm, night):
        with pytest.raises(ClientError) as caught:
            ssm.get_command_invocation(CommandId=night.commands[0].id, InstanceId=nodes()[3].id)
        assert caught.value.response["Error"]["Code"] == "InvocationDoesNotExist"


class TestRunbooks:
    def test_runs_are_listed_and_shown_with_their_steps(self, ssm, night):
        rows = all_of(ssm, "describe_automation_executions", "AutomationExecutionMetadataList", MaxResults=1)
        assert {row["AutomationExecutionStatus"] for row in rows} == {"Success", "Failed"}
        name = night.task("steps").invocations[0].execution_id
        shown = ssm.get_automation_execution(AutomationExecutionId=name)["AutomationExecution"]
        assert [step["StepStatus"] for step in shown["StepExecutions"]] == ["Success", "Success"]
        steps = ssm.describe_automation_step_executions(
            AutomationExecutionId=name, Filters=[{"Key": "StepName", "Values": ["patch"]}]
        )["StepExecutions"]
        assert [(step["Action"], step["Inputs"]["DocumentName"]) for step in steps] == [
            ("aws:runCommand", '"AWS-RunPatchBaseline"')
        ]

    def test_they_are_found_by_document_and_status(self, ssm, night):
        def count(key, value):
            found = ssm.describe_automation_executions(Filters=[{"Key": key, "Values": [value]}])
            return len(found["AutomationExecutionMetadataList"])

        assert [count("DocumentNamePrefix", "ste"), count("ExecutionStatus", "Failed")] == [3, 1]

    def test_one_that_is_unknown_is_not_found(self, ssm, night):
        with pytest.raises(ClientError) as caught:
            ssm.get_automation_execution(AutomationExecutionId="00000000-0000-0000-0000-000000000000")
        assert caught.value.response["Error"]["Code"] == "AutomationExecutionNotFoundException"


class TestNodes:
    def test_those_that_run_are_listed_with_their_connection(self, ssm, night):
        rows = all_of(ssm, "describe_instance_information", "InstanceInformationList", MaxResults=5)
        assert [(row["InstanceId"][-1], row["PlatformType"]) for row in rows] == [
            ("1", "Linux"),
            ("2", "Linux"),
            ("3", "Windows"),
        ]

    @pytest.mark.parametrize(
        ("key", "values", "found"),
        [("tag:Name", ["one"], "1"), ("tag-key", ["Name"], "1"), ("PlatformTypes", ["Windows"], "3")],
    )
    def test_they_are_found_by_tags_and_system(self, ssm, night, key, values, found):
        rows = ssm.describe_instance_information(Filters=[{"Key": key, "Values": values}])["InstanceInformationList"]
        assert [row["InstanceId"][-1] for row in rows] == [found]

    def test_they_report_their_last_patch_run(self, ssm, night):
        ids = [node.id for node in nodes()]
        rows = ssm.describe_instance_patch_states(InstanceIds=ids)["InstancePatchStates"]
        assert [(row["InstanceId"][-1], row["Operation"], row["RebootOption"]) for row in rows] == [
            ("1", "Install", "NoReboot"),
            ("2", "Install", "NoReboot"),
            ("3", "Install", "NoReboot"),
        ]
        assert {row["InstalledPendingRebootCount"] for row in rows} == {1}


OPERATIONS = {
    "DescribeMaintenanceWindowExecutions": lambda it: {"WindowId": it.window.id},
    "GetMaintenanceWindowExecution": lambda it: {"WindowExecutionId": it.id},
    "DescribeMaintenanceWindowExecutionTasks": lambda it: {"WindowExecutionId": it.id},
    "GetMaintenanceWindowExecutionTask": lambda it: {"WindowExecutionId": it.id, "TaskId": it.tasks[0].id},
    "DescribeMaintenanceWindowExecutionTaskInvocations": lambda it: {
        "WindowExecutionId": it.id,
        "TaskId": it.tasks[1].id,
    },
    "GetMaintenanceWindowExecutionTaskInvocation": lambda it: {
        "WindowExecutionId": it.id,
        "TaskId": it.tasks[1].id,
        "InvocationId": it.tasks[1].invocations[0].id,
    },
    "ListCommands": lambda it: {},
    "ListCommandInvocations": lambda it: {"Details": True},
    "GetCommandInvocation": lambda it: {"CommandId": it.commands[0].id, "InstanceId": nodes()[0].id},
    "DescribeAutomationExecutions": lambda it: {},
    "GetAutomationExecution": lambda it: {"AutomationExecutionId": it.task("steps").invocations[0].execution_id},
    "DescribeAutomationStepExecutions": lambda it: {
        "AutomationExecutionId": it.task("steps").invocations[0].execution_id
    },
    "DescribeInstanceInformation": lambda it: {},
    "DescribeInstancePatchStates": lambda it: {"InstanceIds": [node.id for node in nodes()]},
    "DescribeMaintenanceWindowSchedule": lambda it: {"WindowId": it.window.id},
}
_TYPES = {
    "string": str,
    "integer": int,
    "long": int,
    "boolean": bool,
    "timestamp": datetime,
    "list": list,
    "map": dict,
    "structure": dict,
}


def misfits(value, shape, path=""):
    """What does not fit the model: types, unknown members, enumerations, lengths."""
    if type(value) is not _TYPES[shape.type_name]:
        yield f"{path} is a {type(value).__name__}, and no {shape.type_name}"
    elif shape.type_name == "structure":
        for name, item in value.items():
            yield from misfits(item, shape.members[name], f"{path}.{name}")
    elif shape.type_name == "list":
        for item in value:
            yield from misfits(item, shape.member, f"{path}[]")
    elif shape.type_name == "map":
        for item in value.values():
            yield from misfits(item, shape.value, f"{path}{{}}")
    elif shape.type_name == "string" and value:
        yield from misfits_of_text(value, shape, path)


def misfits_of_text(text, shape, path):
    allowed, longest = shape.metadata.get("enum"), shape.metadata.get("max")
    if allowed and text not in allowed:
        yield f"{path} is {text}, and none of {allowed}"
    if longest is not None and len(text) > longest:
        yield f"{path} has {len(text)} characters, and {longest} are allowed"


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_answer_fits_the_model(ssm, night, operation):
    model = ssm.meta.service_model.operation_model(operation)
    method = next(name for name, it in ssm.meta.method_to_api_mapping.items() if it == operation)
    answer = getattr(ssm, method)(**OPERATIONS[operation](night))
    answer.pop("ResponseMetadata")
    assert answer
    assert not list(misfits(answer, model.output_shape))


def test_commands_are_still_sent_where_no_night_was_rehearsed(window):
    ssm = window.ssm
    sent = ssm.send_command(DocumentName="AWS-RunShellScript", InstanceIds=["i-00000000000000001"])["Command"]
    assert [it["CommandId"] for it in ssm.list_commands()["Commands"]] == [sent["CommandId"]]


def test_a_report_of_the_night(ssm, night):
    """A script as users write it: window, runs, tasks, commands, nodes."""
    report = []
    for run in (
        ssm.get_paginator("describe_maintenance_window_executions")
        .paginate(WindowId=night.window.id)
        .search("WindowExecutions[]")
    ):
        report.append(f"run {run['StartTime']:%H:%M} {run['Status']}")
        pages = ssm.get_paginator("describe_maintenance_window_execution_tasks")
        for task in pages.paginate(WindowExecutionId=run["WindowExecutionId"]).search(
            "WindowExecutionTaskIdentities[]"
        ):
            report.append(f"  {task['TaskType']} {task['TaskArn']} {task['Status']}")
            of = {"WindowExecutionId": run["WindowExecutionId"], "TaskId": task["TaskExecutionId"]}
            pages_of = ssm.get_paginator("describe_maintenance_window_execution_task_invocations").paginate(**of)
            for invocation in pages_of.search("WindowExecutionTaskInvocationIdentities[]"):
                if task["TaskType"] == "RUN_COMMAND":
                    nodes_of = ssm.list_command_invocations(CommandId=invocation["ExecutionId"])["CommandInvocations"]
                    report += [f"    {it['InstanceId'][-1]} {it['StatusDetails']}" for it in nodes_of]
                else:
                    run_of = ssm.get_automation_execution(AutomationExecutionId=invocation["ExecutionId"])
                    steps = run_of["AutomationExecution"]["StepExecutions"]
                    report.append(f"    {', '.join(step['StepName'] + ' ' + step['StepStatus'] for step in steps)}")
    assert report == [
        "run 02:00 FAILED",
        "  RUN_COMMAND AWS-RunPatchBaseline FAILED",
        "    1 Success",
        "    2 Failed",
        "    3 Terminated",
        "  AUTOMATION steps SUCCESS",
        "    wait Success, patch Success",
        "    wait Success, patch Failed",
        "    wait Success, patch Success",
    ]


class TestOutput:
    """What commands print: that nothing ran, or what the node has."""

    at = datetime(2026, 12, 12, 2, tzinfo=UTC)

    @pytest.fixture
    def night(self, window):
        aws = window.aws
        aws.client("s3").create_bucket(Bucket="outputs")
        block = {
            "Parameters": {"commands": ["uptime"]},
            "OutputS3BucketName": "outputs",
            "OutputS3KeyPrefix": "nights",
            "CloudWatchOutputConfig": {"CloudWatchOutputEnabled": True, "CloudWatchLogGroupName": "/nights"},
        }
        target = window.target(("tag:Patch Group", ["web"]))
        invocations = {"TaskInvocationParameters": {"RunCommand": block}}
        window.task("look", [target], TaskArn="AWS-RunShellScript", MaxErrors="2", **invocations)
        tags = {"Patch Group": "web"}
        silent, hanging = (
            Node("i-0123456789abcdef0", tags=tags),
            Node("i-0123456789abcdef2", tags=tags, outcome="Hangs"),
        )
        printing = Node("i-0123456789abcdef1", tags=tags, output={"look": "up 3 days\n"})
        return window.rehearse(silent, printing, hanging, at=self.at)

    def test_it_is_what_the_node_has_and_else_it_says_that_nothing_ran(self, window, night):
        (command,) = night.commands
        read = lambda node: window.ssm.get_command_invocation(CommandId=command.id, InstanceId=node)  # noqa: E731
        assert read("i-0123456789abcdef0")["StandardOutputContent"] == (
            "A rehearsal: AWS-RunShellScript did not run on i-0123456789abcdef0. It was taken to end Success.\n"
        )
        assert read("i-0123456789abcdef1")["StandardOutputContent"] == "up 3 days\n"
        assert read("i-0123456789abcdef2")["StandardOutputContent"] == ""
        listed = window.ssm.list_command_invocations(CommandId=command.id, Details=True)["CommandInvocations"]
        assert {it["CommandPlugins"][0]["OutputS3BucketName"] for it in listed} == {"outputs"}

    def test_it_is_in_the_bucket_and_in_the_log_group_of_the_task(self, window, night):
        (command,) = night.commands
        s3, logs = window.aws.client("s3"), window.aws.client("logs")
        key = f"nights/{command.id}/i-0123456789abcdef1/awsrunShellScript/0.awsrunShellScript/stdout"
        assert s3.get_object(Bucket="outputs", Key=key)["Body"].read() == b"up 3 days\n"
        assert s3.list_objects_v2(Bucket="outputs")["KeyCount"] == 2
        stream = f"{command.id}/i-0123456789abcdef1/aws-runShellScript/stdout"
        (event,) = logs.get_log_events(logGroupName="/nights", logStreamName=stream)["events"]
        assert event["message"] == "up 3 days\n"

    def test_a_bucket_that_does_not_exist_is_reported(self, window):
        block = {"RunCommand": {"OutputS3BucketName": "nowhere"}}
        window.task("look", [window.target(("tag:Patch Group", ["web"]))], TaskInvocationParameters=block)
        night = window.rehearse(Node("i-0123456789abcdef0", tags={"Patch Group": "web"}))
        (lost,) = night.not_delivered
        assert (lost.target, lost.reason) == ("arn:aws:s3:::nowhere", "the local AWS has no such bucket")
