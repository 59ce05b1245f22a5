"""Each check: a thing that is broken is found, the same thing in order is ok, and what is denied is skipped."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest
from tests.live_windows import write_run
from tests.operations.doctor.conftest import CANARY, machine_arn, make_group, put_alarm

from pulumi_ssm_maintenance.operations.doctor import CHECK_IDS
from pulumi_ssm_maintenance.testing import Fault

READING = ("Describe", "Get", "Head", "List", "Simulate")


def update_window(house, **fields):
    house.ssm.update_maintenance_window(WindowId=house.window, **fields)


def retarget(house, **target):
    house.ssm.update_maintenance_window_target(WindowId=house.window, WindowTargetId=house.target, **target)


def more_windows(house, count, **fields):
    for number in range(count):
        required = {"Schedule": "rate(7 days)", "Duration": 2, "Cutoff": 1, "AllowUnassociatedTargets": False}
        house.ssm.create_maintenance_window(Name=f"other-{number}", **(required | fields))


def disable(house):
    update_window(house, Enabled=False)


def end(house):
    update_window(house, EndDate="2020-01-01T00:00:00Z")


def exhaust_the_schedule(house):
    update_window(house, Schedule="at(2020-01-01T02:00:00)")


def open_too_often(house):
    update_window(house, Schedule="rate(2 hours)", ScheduleTimezone="UTC")


def refuse_unassociated_targets(house):
    update_window(house, AllowUnassociatedTargets=False)


def fill_with_tasks(house):
    for number in range(14):
        house.ssm.register_task_with_maintenance_window(
            WindowId=house.window, Name=f"more-{number}", TaskType="AUTOMATION", TaskArn="AWS-StartEC2Instance"
        )


def fill_with_targets(house):
    for number in range(90):
        house.ssm.register_target_with_maintenance_window(
            WindowId=house.window,
            ResourceType="INSTANCE",
            Targets=[{"Key": "tag:Number", "Values": [str(number)]}],
        )


def fill_the_region(house):
    more_windows(house, 45)


def open_many_at_once(house):
    more_windows(house, 5, Schedule="cron(30 2 ? * SAT#2 *)", ScheduleTimezone="Europe/Berlin")


def name_no_document(house):
    house.update_task("patch", TaskArn="Acme-Missing")


def run_a_runbook_as_a_command(house):
    house.update_task("patch", TaskArn="AWS-StartEC2Instance")


def name_no_version(house):
    house.run_command(DocumentVersion="99")


def pin_the_hash_of_a_document_of_aws(house):
    house.run_command(DocumentHash="a" * 64, DocumentHashType="Sha256")


def misspell_a_parameter(house):
    house.run_command(Parameters={"Operation": ["Install"], "Rebootoption": ["NoReboot"]})


def leave_out_a_parameter(house):
    house.run_command(Parameters={"RebootOption": ["NoReboot"]})


def give_a_value_that_is_not_allowed(house):
    house.run_command(Parameters={"Operation": [CANARY]})


def give_a_value_of_another_form(house):
    house.run_command(Parameters={"Operation": ["Scan"], "SnapshotId": [CANARY]})


def add_a_node_of_another_system(house):
    house.update_task("patch", TaskArn="AWS-RunShellScript")
    house.report_node(platform="Windows")


def delete_the_role(house):
    house.client("iam").delete_role(RoleName="patching")


def distrust(house):
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    house.client("iam").update_assume_role_policy(RoleName="patching", PolicyDocument=trust)


def name_a_role_of_another_account(house):
    house.update_task("patch", ServiceRoleArn="arn:aws:iam::999999999999:role/patching")


def deny_passing(house):
    house.call_as_user({"Effect": "Allow", "NotAction": "iam:PassRole", "Resource": "*"})


def delete_the_topic(house):
    house.client("sns").delete_topic(TopicArn=house.topic)


def forget_the_notification_role(house):
    house.run_command(ServiceRoleArn=None)


def delete_the_alarm(house):
    house.client("cloudwatch").delete_alarms(AlarmNames=["errors-high"])


def raise_the_alarm(house):
    house.client("cloudwatch").set_alarm_state(AlarmName="errors-high", StateValue="ALARM", StateReason="test")


def watch_a_composite_alarm(house):
    house.client("cloudwatch").put_composite_alarm(AlarmName="any-error", AlarmRule="ALARM(errors-high)")
    house.update_task("patch", AlarmConfiguration={"Alarms": [{"Name": "any-error"}]})


def delete_the_function(house):
    house.client("lambda").delete_function(FunctionName="Report")


def delete_the_alias(house):
    house.client("lambda").delete_alias(FunctionName="Report", Name="live")


def delete_the_machine(house):
    machines = house.client("stepfunctions")
    for one in machines.list_state_machines()["stateMachines"]:
        machines.delete_state_machine(stateMachineArn=one["stateMachineArn"])


def start_a_version_that_is_gone(house):
    house.update_task("machine", TaskArn=f"{machine_arn(house)}:7")


def start_an_alias_that_is_gone(house):
    house.update_task("machine", TaskArn=f"{machine_arn(house)}:live")


def name_every_run_alike(house):
    house.update_task("machine", TaskInvocationParameters={"StepFunctions": {"Name": "always"}})


def start_an_activity(house):
    house.update_task("machine", TaskArn="arn:aws:states:us-east-1:123456789012:activity:Report")


def delete_the_log_group(house):
    house.client("logs").delete_log_group(logGroupName="/aws/ssm/prod")


def delete_the_bucket(house):
    house.client("s3").delete_bucket(Bucket="patch-logs")


def log_to_another_region(house):
    house.client("s3").create_bucket(
        Bucket="logs-of-europe", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    house.run_command(OutputS3BucketName="logs-of-europe")


def target_a_group_that_is_gone(house):
    retarget(house, Targets=[{"Key": "resource-groups:Name", "Values": ["web"]}])


def target_a_group_without_members(house):
    make_group(house, "none")
    target_a_group_that_is_gone(house)


def skip_a_run(house):
    write_run(house.aws, house.window, "SKIPPED_OVERLAPPING", datetime(2026, 11, 14, 1, tzinfo=UTC))


def deregister_the_target(house):
    house.ssm.deregister_target_from_maintenance_window(WindowId=house.window, WindowTargetId=house.target)


def lose_all_nodes(house):
    house.report_node(terminated=True)


def lose_the_connection(house):
    house.report_node(offline=True)


def age_the_agent(house):
    house.report_node(agent_version="3.0.501.9")


def name_a_group_without_baseline(house):
    retarget(house, Targets=[{"Key": "tag:Patch Group", "Values": ["db"]}])


BROKEN = [
    ("window.enabled", disable, "WARN"),
    ("window.ended", end, "FAIL"),
    ("window.next", exhaust_the_schedule, "FAIL"),
    ("window.skips", open_too_often, "WARN"),
    ("window.skips", skip_a_run, "WARN"),
    ("window.unassociated", refuse_unassociated_targets, "FAIL"),
    ("quota.tasks", fill_with_tasks, "WARN"),
    ("quota.targets", fill_with_targets, "WARN"),
    ("quota.windows", fill_the_region, "WARN"),
    ("quota.concurrent", open_many_at_once, "FAIL"),
    ("task.document", name_no_document, "FAIL"),
    ("task.document", run_a_runbook_as_a_command, "FAIL"),
    ("task.document", name_no_version, "FAIL"),
    ("task.document", pin_the_hash_of_a_document_of_aws, "WARN"),
    ("task.parameters", misspell_a_parameter, "FAIL"),
    ("task.parameters", leave_out_a_parameter, "FAIL"),
    ("task.parameters", give_a_value_that_is_not_allowed, "FAIL"),
    ("task.parameters", give_a_value_of_another_form, "FAIL"),
    ("task.platform", add_a_node_of_another_system, "WARN"),
    ("task.role", delete_the_role, "FAIL"),
    ("task.role", distrust, "FAIL"),
    ("task.role", name_a_role_of_another_account, "FAIL"),
    ("task.passrole", deny_passing, "WARN"),
    ("task.notify", delete_the_topic, "FAIL"),
    ("task.notify", forget_the_notification_role, "FAIL"),
    ("task.alarm", delete_the_alarm, "FAIL"),
    ("task.alarm", raise_the_alarm, "FAIL"),
    ("task.alarm", watch_a_composite_alarm, "WARN"),
    ("task.function", delete_the_function, "FAIL"),
    ("task.function", delete_the_alias, "FAIL"),
    ("task.machine", delete_the_machine, "FAIL"),
    ("task.machine", start_a_version_that_is_gone, "FAIL"),
    ("task.machine", start_an_alias_that_is_gone, "FAIL"),
    ("task.machine", name_every_run_alike, "FAIL"),
    ("task.machine", start_an_activity, "FAIL"),
    ("task.logs", delete_the_log_group, "WARN"),
    ("task.logs", delete_the_bucket, "FAIL"),
    ("task.logs", log_to_another_region, "WARN"),
    ("target.dangling", deregister_the_target, "FAIL"),
    ("target.empty", lose_all_nodes, "FAIL"),
    ("target.empty", target_a_group_that_is_gone, "FAIL"),
    ("target.empty", target_a_group_without_members, "FAIL"),
    ("node.offline", lose_all_nodes, "WARN"),
    ("node.offline", lose_the_connection, "WARN"),
    ("node.agent", age_the_agent, "FAIL"),
    ("baseline.group", name_a_group_without_baseline, "WARN"),
]
SAYS = {"target.size"}
"""Checks that say what is worth knowing, and never find anything wrong."""


@pytest.mark.parametrize(("check", "break_it", "level"), BROKEN, ids=lambda it: getattr(it, "__name__", str(it)))
def test_what_is_broken_is_found(house, check, break_it, level):
    break_it(house)
    assert level in house.levels(check)


def test_a_window_in_order_passes_every_check(house):
    update_window(house, EndDate="2060-01-01T00:00:00Z")
    found = house.examine()
    assert [str(it) for it in found.findings if it.level not in {"ok", "NOTE"}] == []
    assert {it.check for it in found.findings} == {it for it in CHECK_IDS if not it.startswith("engine.")}
    assert [it.text for it in found.findings if it.check == "target.size"] == ["1 managed node"]
    assert found.is_sound(strict=True)


def test_versions_and_aliases_of_a_state_machine_pass(house):
    machines, arn = house.client("stepfunctions"), machine_arn(house)
    version = machines.update_state_machine(stateMachineArn=arn, publish=True)["stateMachineVersionArn"]
    alias = machines.create_state_machine_alias(
        name="live", routingConfiguration=[{"stateMachineVersionArn": version, "weight": 100}]
    )["stateMachineAliasArn"]
    for existing in (version, alias):
        house.update_task("machine", TaskArn=existing)
        assert house.levels("task.machine") == {"ok"}


def test_the_members_of_a_resource_group_are_its_nodes(house):
    make_group(house, "web")
    target_a_group_that_is_gone(house)
    assert house.levels("target.empty") == house.levels("node.offline") == {"ok"}
    assert house.texts("target.size") == ["1 managed node"]


def test_a_user_who_may_pass_the_role_is_ok_and_one_whom_iam_does_not_know_is_skipped(house):
    house.call_as_user({"Effect": "Allow", "Action": "iam:PassRole", "Resource": house.role})
    assert house.levels("task.passrole") == {"ok"}
    house.client("iam").delete_user_policy(UserName="auditor", PolicyName="audits")
    assert house.levels("task.passrole") == {"WARN"}
    credentials = house.client("sts").assume_role(
        RoleArn="arn:aws:iam::123456789012:role/gone", RoleSessionName="session"
    )["Credentials"]
    house.session = boto3.Session(
        credentials["AccessKeyId"],
        credentials["SecretAccessKey"],
        credentials["SessionToken"],
        region_name="us-east-1",
    )
    assert house.levels("task.passrole") == {"SKIP"}


def test_every_check_has_a_test():
    tested = {check for check, _, _ in BROKEN} | SAYS
    assert tested == {check for check in CHECK_IDS if not check.startswith("engine.")}


def test_what_is_denied_is_skipped_and_never_ok(house, local_aws):
    for service in ("cloudwatch", "ec2", "iam", "lambda", "logs", "resource-groups", "s3", "sns", "stepfunctions"):
        local_aws.inject(Fault.access_denied(service=service))
    for operation in (
        "DescribeDocument",
        "DescribeInstanceInformation",
        "DescribeMaintenanceWindowExecutions",
        "DescribeMaintenanceWindows",
        "DescribePatchGroups",
        "GetDocument",
    ):
        local_aws.inject(Fault.access_denied(operation=operation))
    found = house.examine()
    assert found.tally["FAIL"] == found.tally["WARN"] == 0
    skipped = {finding.check for finding in found.findings if finding.level == "SKIP"}
    looking_at_aws = {
        "baseline.group",
        "node.agent",
        "node.offline",
        "quota.concurrent",
        "quota.windows",
        "target.empty",
        "target.size",
        "task.alarm",
        "task.document",
        "task.function",
        "task.logs",
        "task.machine",
        "task.notify",
        "task.parameters",
        "task.passrole",
        "task.platform",
        "task.role",
        "window.skips",
    }
    assert looking_at_aws <= skipped
    assert {finding.check for finding in found.findings if finding.level == "ok"}.isdisjoint(looking_at_aws)
    texts = {finding.text: finding.cure for finding in found.findings if finding.level == "SKIP"}
    assert texts["sns:GetTopicAttributes is denied (AccessDenied)"] == "Allow sns:GetTopicAttributes to the caller."


def calls_of_twenty_tasks(house, documents):
    """The calls that the checks of a window of 20 tasks make, which run so many documents."""
    names = ["AWS-RunShellScript", "AWS-UpdateSSMAgent", "AWS-ConfigureAWSPackage"][:documents]
    names += [f"Acme-Patch-{number}" for number in range(documents - len(names))]
    step = {"name": "a", "action": "aws:runShellScript", "inputs": {"runCommand": ["true"]}}
    content = {"schemaVersion": "2.2", "description": "-", "mainSteps": [step]}
    for name in names:
        if name.startswith("Acme-"):
            house.ssm.create_document(
                Name=name, DocumentType="Command", DocumentFormat="JSON", Content=json.dumps(content)
            )
    for number in range(15):
        put_alarm(house, f"alarm-{number}")
        house.ssm.register_task_with_maintenance_window(
            WindowId=house.window,
            Name=f"more-{number}",
            TaskType="RUN_COMMAND",
            TaskArn=names[number % len(names)],
            Targets=[{"Key": "WindowTargetIds", "Values": [house.target]}],
            MaxConcurrency="1",
            MaxErrors="0",
            ServiceRoleArn=house.role,
            AlarmConfiguration={"Alarms": [{"Name": f"alarm-{number}"}]},
        )
    house.aws.clear_requests()
    house.examine()
    return [request.operation for request in house.aws.requests()]


def test_twenty_tasks_take_fewer_than_60_calls_and_none_writes(house):
    calls = calls_of_twenty_tasks(house, 3)
    assert len(calls) < 60, Counter(calls)
    assert [call for call in calls if not call.startswith(READING)] == []


def test_each_further_document_takes_two_calls_as_the_page_says(house):
    calls = Counter(calls_of_twenty_tasks(house, 15))
    documents = 15 + 3  # of the tasks of the house
    assert calls["DescribeDocument"] == calls["GetDocument"] == documents
    page = (Path(__file__).parents[3] / "docs" / "doctor.md").read_text()
    assert f"{documents} different documents take {calls.total()} calls" in " ".join(page.split())


def test_no_sensitive_value_is_in_a_finding(house):
    give_a_value_that_is_not_allowed(house)
    delete_the_function(house)
    assert CANARY not in "".join(map(str, house.examine().findings))


def test_a_stopped_instance_is_a_note(house):
    house.report_node(stopped=True)
    house.client("ec2").stop_instances(InstanceIds=[house.instance])
    assert house.texts("node.offline") == [f"1 instance stopped, so left out: {house.instance}"]


def test_a_window_that_ends_later_than_now_has_not_ended(house):
    end(house)
    assert house.levels("window.ended", now=datetime(2019, 12, 31, tzinfo=UTC)) == {"ok"}
    later = datetime.now(UTC) + timedelta(days=30)
    update_window(house, EndDate=later.isoformat())
    assert house.levels("window.ended") == {"ok"}


def test_a_role_that_systems_manager_makes_is_a_note(house):
    house.ssm.register_task_with_maintenance_window(
        WindowId=house.window, Name="by-default", TaskType="AUTOMATION", TaskArn="AWS-StartEC2Instance"
    )
    assert "NOTE" in house.levels("task.role")
