"""Patching runs on the real engine: what AWS holds afterwards, and what a change touches."""

import json
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pytest
from tests.components.event_patterns import matches, run_event
from tests.components.left_over import left_over

from pulumi_ssm_maintenance import Provider
from pulumi_ssm_maintenance.testing.engine.stacks import LocalStack
from pulumi_ssm_maintenance.testing.local_aws.local_aws import LocalAws
from pulumi_ssm_maintenance_components import PatchingRun, Targets

EXAMPLE = Path(__file__).parents[3] / "examples" / "patching_run"
WEB, DB, CANARY = (Targets.by_patch_group(group) for group in ("web", "db", "canary"))
TASK = "pulumi-python:dynamic/ssm:MaintenanceWindowTask"
TARGET = "aws:ssm/maintenanceWindowTarget:MaintenanceWindowTarget"
WINDOW = "aws:ssm/maintenanceWindow:MaintenanceWindow"


def declare(name="web", **args):
    usual = {"schedule": "cron(0 2 ? * SAT *)", "waves": {"canary": CANARY, "fleet": WEB}, "reboot": "NoReboot"}
    return lambda: PatchingRun(name, **usual | args) and None


def window_id(local_aws, name):
    return next(
        it["WindowId"]
        for it in local_aws.client("ssm").describe_maintenance_windows()["WindowIdentities"]
        if it["Name"] == name
    )


def tasks_of(local_aws, window):
    client = local_aws.client("ssm")
    listed = client.describe_maintenance_window_tasks(WindowId=window)["Tasks"]
    found = [client.get_maintenance_window_task(WindowId=window, WindowTaskId=it["WindowTaskId"]) for it in listed]
    return {it["Name"]: it for it in found}


@pytest.fixture(scope="module")
def example(tmp_path_factory, _plugins_home):
    """The example, up in an AWS of its own."""
    with (
        LocalAws() as local_aws,
        LocalStack(
            EXAMPLE, folder=tmp_path_factory.mktemp("example"), env=local_aws.env, plugins_home=_plugins_home
        ) as stack,
    ):
        stack.up()
        yield stack, local_aws


class TestExample:
    @pytest.fixture
    def deployed(self, example):
        return example[0]

    @pytest.fixture
    def local_aws(self, example):
        return example[1]

    def test_it_is_as_short_as_promised(self):
        assert len((EXAMPLE / "__main__.py").read_text().splitlines()) <= 25

    def test_the_window_holds_two_tasks_that_an_alarm_stops(self, deployed, local_aws):
        tasks = tasks_of(local_aws, window_id(local_aws, "patching-run-dev-web"))
        canary, fleet = tasks["patching-run-dev-web-canary"], tasks["patching-run-dev-web-fleet"]
        assert (canary["Priority"], canary["MaxErrors"]) == (10, "0")
        assert (fleet["Priority"], fleet["MaxErrors"]) == (20, "10%")
        alarms = {it["AlarmName"] for it in local_aws.client("cloudwatch").describe_alarms()["MetricAlarms"]}
        for task in tasks.values():
            (alarm,) = task["AlarmConfiguration"]["Alarms"]
            assert alarm["Name"].startswith("errors-")
            assert alarm["Name"] in alarms

    def test_rules_match_events_of_the_window_alarms_watch_the_rules_and_both_notify_the_topic(
        self, deployed, local_aws
    ):
        window = window_id(local_aws, "patching-run-dev-web")
        events = local_aws.client("events")
        rules = {rule["Name"]: json.loads(rule["EventPattern"]) for rule in events.list_rules()["Rules"]}
        matching = {name for name, pattern in rules.items() if matches(pattern, run_event("FAILED", window=window))}
        assert {name.rpartition("-")[0] for name in matching} == {"web-failed"}
        (topic,) = (it["TopicArn"] for it in local_aws.client("sns").list_topics()["Topics"])
        for alarm in local_aws.client("cloudwatch").describe_alarms(AlarmNamePrefix="web-")["MetricAlarms"]:
            (dimension,) = alarm["Dimensions"]
            assert dimension["Value"] in rules
            assert alarm["TreatMissingData"] == "notBreaching"
            assert alarm["AlarmActions"] == [topic]
            (target,) = events.list_targets_by_rule(Rule=dimension["Value"])["Targets"]
            assert target["Arn"] == topic
            assert target["RoleArn"].startswith("arn:aws:iam::123456789012:role/web-events-")

    def test_only_alarms_of_this_account_may_publish_to_the_topic(self, deployed, local_aws):
        client = local_aws.client("sns")
        (topic,) = (it["TopicArn"] for it in client.list_topics()["Topics"])
        policy = json.loads(client.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"])
        assert {it["Principal"]["Service"]: it["Condition"] for it in policy["Statement"]} == {
            "cloudwatch.amazonaws.com": {
                "ArnLike": {"aws:SourceArn": "arn:aws:cloudwatch:us-east-1:123456789012:alarm:*"}
            },
        }

    def test_the_task_role_may_pass_the_role_that_publishes_and_no_other(self, deployed, local_aws):
        client = local_aws.client("iam")
        (task, *_) = tasks_of(local_aws, window_id(local_aws, "patching-run-dev-web")).values()
        role = task["ServiceRoleArn"].rpartition("/")[2]
        (name,) = client.list_role_policies(RoleName=role)["PolicyNames"]
        policy = client.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        (passing,) = (it for it in policy["Statement"] if it["Action"] == ["iam:PassRole"])
        assert passing["Resource"] == [task["TaskInvocationParameters"]["RunCommand"]["ServiceRoleArn"]]

    def test_output_is_kept_for_90_days_where_the_node_policy_lets_nodes_write(self, deployed, local_aws):
        (group,) = local_aws.client("logs").describe_log_groups()["logGroups"]
        assert (group["logGroupName"], group["retentionInDays"]) == ("/aws/ssm/patching-run-dev-web", 90)
        client = local_aws.client("iam")
        arn = deployed.outputs["node_policy_arn"]
        version = client.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        document = client.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
        written = next(it["Resource"] for it in document["Statement"] if "logs:PutLogEvents" in it["Action"])
        assert written == [f"arn:aws:logs:us-east-1:123456789012:log-group:{group['logGroupName']}:*"]


def test_the_example_comes_up_stays_as_it_is_and_leaves_nothing(local_aws, local_stack):
    stack = local_stack(EXAMPLE)
    stack.up()
    stack.expect_no_changes(refresh=True)
    stack.destroy()
    assert not left_over(local_aws)


CAREFUL = {"targets": WEB, "max_concurrency": "5%"}
CHANGES = (
    (
        "a rate of a wave changes its task only",
        {"waves": {"canary": CANARY, "fleet": CAREFUL}},
        {("update", TASK, "web-fleet")},
    ),
    (
        "a new name of a wave touches that wave only",
        {"waves": {"canary": CANARY, "rest": CAREFUL}},
        {
            (op, kind, f"web-{name}")
            for op, name in (("create", "rest"), ("delete", "fleet"))
            for kind in (TARGET, TASK)
        },
    ),
    (
        "a wave in between replaces nothing, and moves the priority of the next one",
        {"waves": {"canary": CANARY, "middle": DB, "rest": CAREFUL}},
        {("create", TARGET, "web-middle"), ("create", TASK, "web-middle"), ("update", TASK, "web-rest")},
    ),
    (
        "another order of waves replaces nothing",
        {"waves": {"middle": DB, "canary": CANARY, "rest": CAREFUL}},
        {("update", TASK, "web-middle"), ("update", TASK, "web-canary")},
    ),
    (
        "switched off, it keeps targets and tasks",
        {"waves": {"middle": DB, "canary": CANARY, "rest": CAREFUL}, "enabled": False},
        {("update", WINDOW, "web-window")},
    ),
    (
        "an alarm stops all waves",
        {"waves": {"middle": DB, "canary": CANARY, "rest": CAREFUL}, "enabled": False, "stop_on_alarm": "errors"},
        {("update", TASK, f"web-{name}") for name in ("middle", "canary", "rest")},
    ),
    (
        "an alarm that is taken away is taken from all waves",
        {"waves": {"middle": DB, "canary": CANARY, "rest": CAREFUL}, "enabled": False},
        {("update", TASK, f"web-{name}") for name in ("middle", "canary", "rest")},
    ),
)


def test_a_change_touches_only_what_depends_on_it(local_aws, local_stack):
    stack = local_stack(declare())
    stack.up()
    for change, args, expected in CHANGES:
        stack.program = declare(**args)
        touched = {(step.op, step.type, step.name) for step in stack.up().steps if step.op not in {"same", "read"}}
        assert touched == expected, change
    stack.expect_no_changes(refresh=True)
    tasks = tasks_of(local_aws, window_id(local_aws, "test-dev-web"))
    priorities = {"test-dev-web-middle": 10, "test-dev-web-canary": 20, "test-dev-web-rest": 30}
    assert {name: task["Priority"] for name, task in tasks.items()} == priorities
    assert all("AlarmConfiguration" not in task for task in tasks.values())


def test_a_run_with_everything_comes_up_stays_as_it_is_and_leaves_nothing(local_aws, local_stack):
    everything = {
        "schedule": "cron(0 2 ? * SAT *)",
        "timezone": "Europe/Berlin",
        "scan_schedule": "rate(1 day)",
        "targets": {
            "group": Targets.by_resource_group("web"),
            **{f"g{n}": Targets.by_patch_group(str(n)) for n in range(10)},
        },
        "reboot": "RebootIfNeeded",
        "hooks": {"pre": "stop-web", "post": "check-web", "exit": "start-web"},
        "logs": {"retention_days": 365, "bucket": True},
        "notify": ["one@example.com", "two@example.com"],
        "stop_on_alarm": "errors",
        "freeze": [{"name": "christmas", "start": "2090-12-20T00:00", "end": "2091-01-02T00:00"}],
        "tags": {"team": "operations"},
    }
    stack = local_stack(lambda: PatchingRun("web", **everything) and None)
    stack.up()
    stack.expect_no_changes(refresh=True)
    assert_the_bucket_is_safe(local_aws.client("s3"))
    (group,) = local_aws.client("logs").describe_log_groups()["logGroups"]
    assert group["retentionInDays"] == 365
    assert len(tasks_of(local_aws, window_id(local_aws, "test-dev-web"))) == 2
    scans = tasks_of(local_aws, window_id(local_aws, "test-dev-web-scan"))
    assert len(scans) == 2
    for scan in scans.values():
        assert scan["TaskInvocationParameters"]["RunCommand"]["Parameters"] == {"Operation": ["Scan"]}
    stack.destroy()
    assert not left_over(local_aws)


def assert_the_bucket_is_safe(client):
    (bucket,) = (it["Name"] for it in client.list_buckets()["Buckets"])
    blocks = client.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert blocks == dict.fromkeys(
        ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
    )
    (owner,) = client.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
    assert owner == {"ObjectOwnership": "BucketOwnerEnforced"}
    (denied,) = json.loads(client.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
    assert (denied["Effect"], denied["Action"]) == ("Deny", "s3:*")
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    (rule,) = client.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert (rule["Transitions"][0]["Days"], rule["Expiration"]["Days"]) == (90, 730)


def test_a_run_that_is_renamed_with_an_alias_keeps_its_window_and_its_tasks(local_stack):
    def tell(args):
        if args.type_ in {TASK, WINDOW}:
            return pulumi.ResourceTransformResult({**args.props, "description": "set by a transform"}, args.opts)
        return None

    stack = local_stack(declare())
    stack.up()
    alias = pulumi.Alias(name="web")
    stack.program = declare("shop", opts=pulumi.ResourceOptions(aliases=[alias], transforms=[tell]))
    ops = {(step.type, step.op) for step in stack.up().steps if step.type in {WINDOW, TARGET, TASK}}
    # The plugin cannot rename a target: it makes a new one, moves the tasks to it, and then removes the old one.
    renamed = {"create-replacement", "replace", "delete-replaced"}
    assert ops == {(WINDOW, "update"), (TASK, "update"), *((TARGET, op) for op in renamed)}
    tasks = [it for it in stack.resources if it["type"] in {TASK, WINDOW}]
    assert {it["inputs"]["description"] for it in tasks} == {"set by a transform"}


def test_runs_of_two_stacks_and_two_of_one_stack_live_in_one_account(local_aws, local_stack):
    def program():
        declare("web")()
        declare("db")()

    for name in ("dev", "prod"):
        local_stack(program, name=name).up()
    windows = local_aws.client("ssm").describe_maintenance_windows()["WindowIdentities"]
    assert {window["Name"] for window in windows} == {
        f"test-{stack}-{run}" for stack in ("dev", "prod") for run in ("web", "db")
    }


def test_all_parts_go_where_the_providers_of_a_run_point_to(local_aws, local_stack):
    def program():
        both = [aws.Provider("theirs", region="eu-west-1"), Provider("ours", region="eu-west-1")]
        declare(opts=pulumi.ResourceOptions(providers=both), scan_schedule="rate(1 day)")()

    local_stack(program).up()
    everywhere = {"iam Roles", "iam Policies"}
    assert left_over(local_aws, "us-east-1").keys() <= everywhere
    there = left_over(local_aws, "eu-west-1")
    assert {
        "ssm WindowIdentities",
        "sns Topics",
        "logs logGroups",
        "events Rules",
        "cloudwatch MetricAlarms",
    } <= there.keys()
    client = local_aws.client("ssm", "eu-west-1")
    assert [
        len(client.describe_maintenance_window_tasks(WindowId=window["WindowId"])["Tasks"])
        for window in sorted(there["ssm WindowIdentities"], key=lambda it: it["Name"])
    ] == [2, 1]
