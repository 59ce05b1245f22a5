"""Objects that exist come into a stack by an import file, as the real plugin takes them."""

import json

import pulumi
import pulumi_aws as aws
import pytest

from pulumi_ssm_maintenance.testing import EngineError

WINDOW = "aws:ssm/maintenanceWindow:MaintenanceWindow"
TARGET = "aws:ssm/maintenanceWindowTarget:MaintenanceWindowTarget"
TOPIC = "arn:aws:sns:us-east-1:123456789012:topic"
WEB = [{"Key": "tag:Role", "Values": ["web"]}]


@pytest.fixture
def ssm(local_aws):
    return local_aws.client("ssm")


@pytest.fixture
def window(ssm):
    return ssm.create_maintenance_window(
        Name="window", Schedule="rate(1 day)", Duration=4, Cutoff=1, AllowUnassociatedTargets=False
    )["WindowId"]


@pytest.fixture
def target(ssm, window):
    """A target without a name, which a program cannot declare."""
    return ssm.register_target_with_maintenance_window(WindowId=window, ResourceType="INSTANCE", Targets=WEB)[
        "WindowTargetId"
    ]


@pytest.fixture
def imported(tmp_path):
    def imported(stack, *resources):
        file = tmp_path / "import.json"
        file.write_text(json.dumps({"resources": [{"version": version(), **entry} for entry in resources]}))
        stack.pulumi(
            "import", "--file", str(file), "--generate-code=false", "--protect=false", "--yes", "--stack", stack.name
        )

    return imported


def version():
    from importlib.metadata import version  # noqa: PLC0415

    return version("pulumi_aws")


def program(owner=None, **options):
    def declare():
        window = aws.ssm.MaintenanceWindow("window", name="window", schedule="rate(1 day)", duration=4, cutoff=1)
        aws.ssm.MaintenanceWindowTarget(
            "web",
            window_id=window.id,
            resource_type="INSTANCE",
            targets=[{"key": "tag:Role", "values": ["web"]}],
            owner_information=owner,
            opts=pulumi.ResourceOptions(**options),
        )

    return declare


def test_a_target_is_imported_by_the_ids_of_window_and_target(local_stack, imported, window, target):
    stack = local_stack(program(ignore_changes=["name"]))
    imported(
        stack,
        {"type": WINDOW, "name": "window", "id": window},
        {"type": TARGET, "name": "web", "id": f"{window}/{target}"},
    )
    assert stack.resource("web")["id"] == target
    stack.expect_no_changes()
    assert not stack.up().changed
    stack.expect_no_changes()


def test_a_target_is_not_found_by_its_own_id_alone(local_stack, imported, target):
    with pytest.raises(EngineError, match="windowId"):
        imported(local_stack(program()), {"type": TARGET, "name": "web", "id": target})


def test_a_target_without_a_name_gets_none_where_the_program_ignores_it(local_stack, imported, ssm, window, target):
    stack = local_stack(program(ignore_changes=["name"]))
    imported(
        stack,
        {"type": WINDOW, "name": "window", "id": window},
        {"type": TARGET, "name": "web", "id": f"{window}/{target}"},
    )
    stack.up()
    stack.program = program("the web team", ignore_changes=["name"])
    assert stack.up().ops("web") == ["update"]
    (held,) = ssm.describe_maintenance_window_targets(WindowId=window)["Targets"]
    assert held["OwnerInformation"] == "the web team"
    assert "Name" not in held
    stack.expect_no_changes()


def test_other_objects_are_imported_by_the_ids_that_the_plugin_documents(local_aws, local_stack, imported):
    def program():
        group = aws.cloudwatch.LogGroup("group", name="group")
        aws.cloudwatch.LogMetricFilter(
            "filter",
            name="errors",
            log_group_name=group.name,
            pattern="ERROR",
            metric_transformation={"name": "errors", "namespace": "patching", "value": "1"},
        )
        rule = aws.cloudwatch.EventRule("rule", name="rule", event_pattern='{"source": ["aws.ssm"]}')
        aws.cloudwatch.EventTarget("topic", rule=rule.name, target_id="topic", arn=TOPIC)

    logs, events = local_aws.client("logs"), local_aws.client("events")
    logs.create_log_group(logGroupName="group")
    logs.put_metric_filter(
        logGroupName="group",
        filterName="errors",
        filterPattern="ERROR",
        metricTransformations=[{"metricName": "errors", "metricNamespace": "patching", "metricValue": "1"}],
    )
    events.put_rule(Name="rule", EventPattern='{"source": ["aws.ssm"]}')
    events.put_targets(Rule="rule", Targets=[{"Id": "topic", "Arn": TOPIC}])
    stack = local_stack(program)
    imported(
        stack,
        {"type": "aws:cloudwatch/logGroup:LogGroup", "name": "group", "id": "group"},
        {"type": "aws:cloudwatch/logMetricFilter:LogMetricFilter", "name": "filter", "id": "group:errors"},
        {"type": "aws:cloudwatch/eventRule:EventRule", "name": "rule", "id": "rule"},
        {"type": "aws:cloudwatch/eventTarget:EventTarget", "name": "topic", "id": "rule/topic"},
    )
    assert [stack.resource(name)["id"] for name in ("filter", "topic")] == ["errors", "rule-topic"]
    stack.expect_no_changes(refresh=True)
