"""Maintenance windows, their targets and tasks."""

from pulumi_ssm_maintenance.testing.aws_plugin.aws.clients import Aws
from pulumi_ssm_maintenance.testing.aws_plugin.aws.shapes import Names
from pulumi_ssm_maintenance.testing.aws_plugin.aws.tags import TagCalls
from pulumi_ssm_maintenance.testing.aws_plugin.protocol.wire import Props
from pulumi_ssm_maintenance.testing.aws_plugin.resource_type import Fields, ResourceType, id_after
from pulumi_ssm_maintenance.testing.aws_plugin.values import (
    arn,
    at_least,
    items,
    length,
    matching,
    number,
    one_of,
)

_TASK_NAMES: Names = {
    "automationParameters": "Automation",
    "lambdaParameters": "Lambda",
    "runCommandParameters": "RunCommand",
    "stepFunctionsParameters": "StepFunctions",
    "outputS3Bucket": "OutputS3BucketName",
    "cloudwatchConfig": "CloudWatchOutputConfig",
    "cloudwatchLogGroupName": "CloudWatchLogGroupName",
    "cloudwatchOutputEnabled": "CloudWatchOutputEnabled",
}


def _create_window(aws: Aws, inputs: Props) -> str:
    answer = aws.call("ssm", "create_maintenance_window", inputs)
    if not inputs["enabled"]:
        aws.client("ssm").update_maintenance_window(WindowId=answer["WindowId"], Enabled=False)
    return str(answer["WindowId"])


def _read_window(aws: Aws, identity: str, _: Props) -> Props:
    return aws.ask("ssm", "get_maintenance_window", WindowId=identity)


def _update_window(aws: Aws, identity: str, _: Props, new: Props) -> None:
    aws.call("ssm", "update_maintenance_window", new, WindowId=identity, Replace=True)


def _delete_window(aws: Aws, identity: str, _: Props) -> None:
    aws.client("ssm").delete_maintenance_window(WindowId=identity)


def _create_target(aws: Aws, inputs: Props) -> str:
    answer = aws.call("ssm", "register_target_with_maintenance_window", inputs)
    return str(answer["WindowTargetId"])


def _read_target(aws: Aws, identity: str, known: Props) -> Props | None:
    wanted = [{"Key": "WindowTargetId", "Values": [identity]}]
    window = known["windowId"]
    answer = aws.ask("ssm", "describe_maintenance_window_targets", WindowId=window, Filters=wanted)
    return next((item for item in answer["targets"] if item["windowTargetId"] == identity), None)


def _update_target(aws: Aws, identity: str, state: Props, new: Props) -> None:
    """Send the targets, and the owner where that changed. The real plugin cannot remove an owner: AWS refuses ""."""
    wanted = {name: new[name] for name in ("windowId", "targets")}
    if state.get("ownerInformation") != new.get("ownerInformation"):
        wanted["ownerInformation"] = new.get("ownerInformation") or ""
    aws.call("ssm", "update_maintenance_window_target", wanted, WindowTargetId=identity)


def _delete_target(aws: Aws, identity: str, state: Props) -> None:
    aws.client("ssm").deregister_target_from_maintenance_window(WindowId=state["windowId"], WindowTargetId=identity)


def _create_task(aws: Aws, inputs: Props) -> str:
    answer = aws.call("ssm", "register_task_with_maintenance_window", _task_request(inputs), _TASK_NAMES)
    return str(answer["WindowTaskId"])


def _read_task(aws: Aws, identity: str, known: Props) -> Props:
    window = known["windowId"]
    held = aws.ask("ssm", "get_maintenance_window_task", _TASK_NAMES, WindowId=window, WindowTaskId=identity)
    invocation = held.get("taskInvocationParameters") or {}
    blocks = {name: _block_properties(block) for name, block in invocation.items() if block}
    return held | {
        "arn": aws.arn("ssm", f"windowtask/{identity}"),
        "taskInvocationParameters": blocks or None,
    }


def _update_task(aws: Aws, identity: str, _: Props, new: Props) -> None:
    wanted: Props = {"priority": 0} | _task_request(new)
    if not new.get("targets"):  # AWS shows rates here, but refuses them in an update
        wanted |= {"maxConcurrency": None, "maxErrors": None}
    aws.call("ssm", "update_maintenance_window_task", wanted, _TASK_NAMES, WindowTaskId=identity, Replace=True)


def _delete_task(aws: Aws, identity: str, state: Props) -> None:
    aws.client("ssm").deregister_task_from_maintenance_window(WindowId=state["windowId"], WindowTaskId=identity)


def _task_request(inputs: Props) -> Props:
    """Convert the invocation parameters: `parameters` is a list of pairs in Pulumi and a map in AWS."""
    blocks = {
        name: _block_request(block) for name, block in (inputs.get("taskInvocationParameters") or {}).items() if block
    }
    return inputs | ({"taskInvocationParameters": blocks} if blocks else {})


def _block_request(block: Props) -> Props:
    if "parameters" not in block:
        return block
    return block | {"parameters": {item["name"]: item["values"] for item in block["parameters"] or ()}}


def _block_properties(block: Props) -> Props:
    if "parameters" not in block:
        return block
    pairs = [{"name": name, "values": values} for name, values in block["parameters"].items()]
    return block | {"parameters": pairs}


_NAME = length(3, 128, r"[\w.-]+")

WINDOWS = (
    ResourceType(
        name="aws:ssm/maintenanceWindow:MaintenanceWindow",
        fields=Fields.parse(
            "name schedule scheduleTimezone scheduleOffset duration cutoff allowUnassociatedTargets enabled"
            " startDate endDate description"
        ),
        defaults={"allowUnassociatedTargets": False, "enabled": True},
        values={"scheduleOffset": number(1, 6)},
        tags=TagCalls("ssm", add="add_tags_to_resource", remove="remove_tags_from_resource", held="TagList").on(
            lambda identity, _: {"ResourceType": "MaintenanceWindow", "ResourceId": identity}
        ),
        create=_create_window,
        read=_read_window,
        update=_update_window,
        delete=_delete_window,
    ),
    ResourceType(
        name="aws:ssm/maintenanceWindowTarget:MaintenanceWindowTarget",
        fields=Fields.parse("windowId! resourceType! targets name! description! ownerInformation"),
        values={
            "description": length(3, 128),
            "name": _NAME,
            "ownerInformation": length(1, 128),
            "resourceType": one_of("INSTANCE", "RESOURCE_GROUP", any_case=True),
            "targets": items(most=5),
        },
        import_id=id_after("windowId"),
        create=_create_target,
        read=_read_target,
        update=_update_target,
        delete=_delete_target,
    ),
    ResourceType(
        name="aws:ssm/maintenanceWindowTask:MaintenanceWindowTask",
        fields=Fields.parse(
            "windowId! taskType! taskArn targets taskInvocationParameters maxConcurrency? maxErrors? priority"
            " serviceRoleArn? cutoffBehavior name description parameters~"
        ),
        values={
            "cutoffBehavior": one_of("CONTINUE_TASK", "CANCEL_TASK"),
            "description": length(1, 128),
            "maxConcurrency": matching(r"[1-9][0-9]*|[1-9][0-9]?%|100%"),
            "maxErrors": matching(r"[1-9][0-9]*|0|[1-9][0-9]%|[0-9]%|100%"),
            "name": _NAME,
            "priority": at_least(0),
            "serviceRoleArn": arn,
            "targets": items(most=5),
            "taskType": one_of("RUN_COMMAND", "AUTOMATION", "STEP_FUNCTIONS", "LAMBDA"),
        },
        import_id=id_after("windowId"),
        create=_create_task,
        read=_read_task,
        update=_update_task,
        delete=_delete_task,
    ),
)
