"""EventBridge rules and targets, and EventBridge Scheduler's schedules."""

from datetime import datetime
from typing import Any

from pulumi_ssm_maintenance.testing.aws_plugin.aws.clients import Aws
from pulumi_ssm_maintenance.testing.aws_plugin.aws.shapes import Names, properties, structure
from pulumi_ssm_maintenance.testing.aws_plugin.aws.tags import TagCalls, by_property
from pulumi_ssm_maintenance.testing.aws_plugin.protocol.wire import Props
from pulumi_ssm_maintenance.testing.aws_plugin.resource_type import AutoName, Fields, ResourceType
from pulumi_ssm_maintenance.testing.aws_plugin.values import arn, json_text, length, one_of

_DEFAULT_BUS = "default"
_TARGET: Names = {"targetId": "Id", "inputPaths": "InputPathsMap", "runCommandTargets": "RunCommandTargets"}
_NOT_OF_TARGET = frozenset({"rule", "eventBusName", "forceDestroy", "region", "runCommandTargets", "sqsTarget"})
# AWS gives these to a schedule without a retry policy.
_DEFAULT_RETRIES = {"maximumEventAgeInSeconds": 86400, "maximumRetryAttempts": 185}
_SCHEDULE: Names = {"eventbridgeParameters": "EventBridgeParameters", "ecsParameters": "EcsParameters"}


def _put_rule(aws: Aws, inputs: Props) -> str:
    aws.call("events", "put_rule", inputs)
    return _rule_id(inputs)


def _read_rule(aws: Aws, identity: str, _: Props) -> Props:
    bus, name = _bus_and_name(identity)
    return aws.ask("events", "describe_rule", Name=name, EventBusName=bus)


def _update_rule(aws: Aws, _identity: str, _state: Props, new: Props) -> None:
    _put_rule(aws, new)


def _delete_rule(aws: Aws, identity: str, state: Props) -> None:
    bus, name = _bus_and_name(identity)
    client = aws.client("events")
    if state.get("forceDestroy"):
        targets = client.list_targets_by_rule(Rule=name, EventBusName=bus)["Targets"]
        if targets:
            client.remove_targets(Rule=name, EventBusName=bus, Ids=[item["Id"] for item in targets])
    client.delete_rule(Name=name, EventBusName=bus)


def _rule_id(inputs: Props) -> str:
    bus, name = inputs["eventBusName"], inputs["name"]
    return str(name) if bus == _DEFAULT_BUS else f"{bus}/{name}"


def _bus_and_name(identity: str) -> tuple[str, str]:
    bus, _slash, name = identity.rpartition("/")
    return bus or _DEFAULT_BUS, name


def _put_target(aws: Aws, inputs: Props) -> str:
    client = aws.client("events")
    plain = {name: value for name, value in inputs.items() if name not in _NOT_OF_TARGET and value}
    target = structure(client, "Target", plain, _TARGET)
    if nodes := inputs.get("runCommandTargets"):
        target["RunCommandParameters"] = structure(client, "RunCommandParameters", {"runCommandTargets": nodes})
    if queue := inputs.get("sqsTarget"):
        target["SqsParameters"] = structure(client, "SqsParameters", queue)
    answer = client.put_targets(Rule=inputs["rule"], EventBusName=inputs["eventBusName"], Targets=[target])
    if failed := answer.get("FailedEntries"):
        raise client.exceptions.ClientError({"Error": _entry_error(failed[0])}, "PutTargets")
    return _target_id(inputs)


def _target_id(properties: Props) -> str:
    prefix = "" if properties["eventBusName"] == _DEFAULT_BUS else f"{properties['eventBusName']}-"
    return f"{prefix}{properties['rule']}-{properties['targetId']}"


def _import_target(text: str) -> tuple[str, Props]:
    """Read `rule/target`, or `bus/rule/target`."""
    if "/" not in text:
        return text, {}
    *bus, rule, target = text.rsplit("/", 2)
    named = {"eventBusName": bus[0] if bus else _DEFAULT_BUS, "rule": rule, "targetId": target}
    return _target_id(named), named


def _entry_error(entry: dict[str, str]) -> dict[str, str]:
    return {"Code": entry["ErrorCode"], "Message": entry["ErrorMessage"]}


def _read_target(aws: Aws, _identity: str, known: Props) -> Props | None:
    rule = {"rule": known["rule"], "eventBusName": known["eventBusName"]}
    client = aws.client("events")
    answer = client.list_targets_by_rule(Rule=known["rule"], EventBusName=known["eventBusName"])
    held = next((item for item in answer["Targets"] if item["Id"] == known["targetId"]), None)
    if held is None:
        return None
    found: Props = properties(client.meta.service_model.shape_for("Target"), held, _TARGET)
    return (
        found
        | rule
        | {
            "runCommandTargets": (found.get("runCommandParameters") or {}).get("runCommandTargets"),
            "sqsTarget": found.get("sqsParameters"),
        }
    )


def _update_target(aws: Aws, _identity: str, _state: Props, new: Props) -> None:
    _put_target(aws, new)


def _delete_target(aws: Aws, _identity: str, state: Props) -> None:
    aws.client("events").remove_targets(Rule=state["rule"], EventBusName=state["eventBusName"], Ids=[state["targetId"]])


def _create_schedule(aws: Aws, inputs: Props) -> str:
    aws.call("scheduler", "create_schedule", inputs, _SCHEDULE, **_dates(inputs))
    return f"{inputs['groupName']}/{inputs['name']}"


def _read_schedule(aws: Aws, identity: str, _: Props) -> Props:
    group, _slash, name = identity.partition("/")
    held = aws.ask("scheduler", "get_schedule", _SCHEDULE, GroupName=group, Name=name)
    target = {key: value for key, value in held["target"].items() if value != _DEFAULT_RETRIES}
    return held | {"target": target}


def _update_schedule(aws: Aws, _identity: str, _state: Props, new: Props) -> None:
    aws.call("scheduler", "update_schedule", new, _SCHEDULE, **_dates(new))


def _delete_schedule(aws: Aws, identity: str, _: Props) -> None:
    group, _slash, name = identity.partition("/")
    aws.client("scheduler").delete_schedule(GroupName=group, Name=name)


def _dates(inputs: Props) -> dict[str, Any]:
    given = {"StartDate": inputs.get("startDate"), "EndDate": inputs.get("endDate")}
    return {member: datetime.fromisoformat(text) for member, text in given.items() if text}


def _create_group(aws: Aws, inputs: Props) -> str:
    aws.client("scheduler").create_schedule_group(Name=inputs["name"])
    return str(inputs["name"])


def _read_group(aws: Aws, identity: str, _: Props) -> Props:
    return aws.ask("scheduler", "get_schedule_group", Name=identity)


def _delete_group(aws: Aws, identity: str, _: Props) -> None:
    aws.client("scheduler").delete_schedule_group(Name=identity)


_LONGEST_NAME = 64
_NAME = r"[\w.-]+"
_NAMES = {"name": length(1, _LONGEST_NAME, _NAME), "namePrefix": length(1, _LONGEST_NAME - 26, _NAME)}

EVENTBRIDGE = (
    ResourceType(
        name="aws:cloudwatch/eventRule:EventRule",
        fields=Fields.parse(
            "name!? namePrefix!^ eventBusName! eventPattern scheduleExpression state? roleArn description forceDestroy^"
        ),
        defaults={"eventBusName": _DEFAULT_BUS, "forceDestroy": False},
        values=_NAMES
        | {
            "description": length(0, 512),
            "eventPattern": json_text,
            "roleArn": arn,
            "scheduleExpression": length(0, 256),
            "state": one_of("ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"),
        },
        auto_name=AutoName(max_length=_LONGEST_NAME),
        tags=TagCalls("events").on(by_property("ResourceARN", "arn")),
        create=_put_rule,
        read=_read_rule,
        update=_update_rule,
        delete=_delete_rule,
    ),
    ResourceType(
        name="aws:cloudwatch/eventTarget:EventTarget",
        fields=Fields.parse(
            "rule! eventBusName! targetId! arn roleArn input inputPath inputTransformer deadLetterConfig"
            " retryPolicy runCommandTargets sqsTarget forceDestroy^"
        ),
        defaults={"eventBusName": _DEFAULT_BUS, "forceDestroy": False},
        values={
            "arn": arn,
            "input": json_text,
            "roleArn": arn,
            "rule": length(1, _LONGEST_NAME, _NAME),
            "targetId": length(1, _LONGEST_NAME, _NAME),
        },
        auto_name=AutoName("targetId"),
        import_id=_import_target,
        create=_put_target,
        read=_read_target,
        update=_update_target,
        delete=_delete_target,
    ),
    ResourceType(
        name="aws:scheduler/schedule:Schedule",
        fields=Fields.parse(
            "name!? namePrefix!^ groupName! scheduleExpression scheduleExpressionTimezone flexibleTimeWindow"
            " target startDate^ endDate^ state description kmsKeyArn actionAfterCompletion?"
        ),
        defaults={"groupName": "default", "scheduleExpressionTimezone": "UTC", "state": "ENABLED"},
        values=_NAMES
        | {
            "description": length(0, 512),
            "groupName": length(1, _LONGEST_NAME, _NAME),
            "scheduleExpression": length(1, 256),
            "scheduleExpressionTimezone": length(1, 50),
            "state": one_of("ENABLED", "DISABLED"),
        },
        create=_create_schedule,
        read=_read_schedule,
        update=_update_schedule,
        delete=_delete_schedule,
    ),
    ResourceType(
        name="aws:scheduler/scheduleGroup:ScheduleGroup",
        fields=Fields.parse("name!? namePrefix!^"),
        values=_NAMES,
        tags=TagCalls("scheduler").on(by_property("ResourceArn", "arn")),
        create=_create_group,
        read=_read_group,
        delete=_delete_group,
    ),
)
