"""Tasks as a program declares them, as AWS is asked for them, and as AWS holds them then.

The translation follows the botocore model by its own names, apart from the provider's way of doing it.
"""

import json

from botocore import xform_name
from botocore.loaders import Loader
from botocore.model import ServiceModel

from pulumi_ssm_maintenance import MaintenanceWindowTask

SERVICE_LINKED_ROLE = "arn:aws:iam::123456789012:role/aws-service-role/ssm.amazonaws.com/AWSServiceRoleForAmazonSSM"
INSTANCE = "i-0123456789abcdef0"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:machine"
BY_TYPE = {
    "RUN_COMMAND": {
        "task_type": "RUN_COMMAND",
        "task_arn": "AWS-RunShellScript",
        "targets": [{"key": "InstanceIds", "values": [INSTANCE]}],
        "max_concurrency": "10%",
        "max_errors": "0",
        "task_invocation_parameters": {"run_command": {"parameters": {"commands": ["date"]}, "timeout_seconds": 600}},
    },
    "AUTOMATION": {
        "task_type": "AUTOMATION",
        "task_arn": "AWS-StopEC2Instance",
        "task_invocation_parameters": {
            "automation": {"document_version": "$DEFAULT", "parameters": {"InstanceId": [INSTANCE]}}
        },
    },
    "LAMBDA": {
        "task_type": "LAMBDA",
        "task_arn": "function",
        "task_invocation_parameters": {"lambda_": {"payload": '{"window": "{{WINDOW_ID}}"}', "qualifier": "live"}},
    },
    "STEP_FUNCTIONS": {
        "task_type": "STEP_FUNCTIONS",
        "task_arn": MACHINE,
        "task_invocation_parameters": {"step_functions": {"input": '{"a": 1}', "name": "run-{{INVOCATION_ID}}"}},
    },
}
"""Arguments of a task of each type, all but the window."""

_REGISTRATION = ServiceModel(Loader().load_service_model("ssm", "service-2")).operation_model(
    "RegisterTaskWithMaintenanceWindow"
)
_OURS = {"region", "adopt", "idempotency_key", "opts"}


def as_program(tasks):
    """Make a program of a mapping from logical names to the arguments of tasks."""

    def program():
        for name, arguments in tasks.items():
            MaintenanceWindowTask(name, **arguments)

    return program


def as_request(arguments):
    """Translate the arguments of a task into what AWS is asked for."""
    return _to_api(_REGISTRATION.input_shape, arguments)


def as_held(arguments):
    """Say what AWS has to hold for a task as declared, the placeholders for what was left out included."""
    filled_in = {
        "Targets": [],
        "Priority": 0,
        "TaskParameters": {},
        "ServiceRoleArn": SERVICE_LINKED_ROLE,
        **({} if "targets" in arguments else {"MaxConcurrency": "1", "MaxErrors": "1"}),
    }
    return {**filled_in, **as_request(arguments)}


def held_tasks(ssm, window):
    """Read the tasks of a window as AWS holds them, by their ids."""
    listed = ssm.describe_maintenance_window_tasks(WindowId=window, MaxResults=100)["Tasks"]
    ids = [task["WindowTaskId"] for task in listed]
    return {id_: _fields(ssm.get_maintenance_window_task(WindowId=window, WindowTaskId=id_)) for id_ in ids}


def in_order(tasks):
    return sorted(tasks, key=lambda task: json.dumps(task, sort_keys=True, default=repr))


def _to_api(shape, value):
    if shape.type_name == "structure":
        names = {f"{xform_name(name)}{'_' * (name == 'Lambda')}": name for name in shape.members}
        given = {key: part for key, part in value.items() if key not in _OURS}
        return {names[key]: _to_api(shape.members[names[key]], part) for key, part in given.items()}
    if shape.type_name == "map":
        return {key: _to_api(shape.value, part) for key, part in value.items()}
    if shape.type_name == "list":
        return [_to_api(shape.member, part) for part in value]
    return value.encode() if shape.type_name == "blob" else value


def _fields(answer):
    return {name: value for name, value in answer.items() if name in _REGISTRATION.input_shape.members}
