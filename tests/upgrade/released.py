"""The program whose state is kept for every release, and its windows and tasks in AWS.

To add a release, in its checkout, before the next one changes anything:

    .venv/bin/python -m tests.upgrade.released

writes `states/<version>.json`: the output of `pulumi stack export`, and the tasks that AWS held. An existing file is
never written again. Change the program only in ways that make no difference to an old state.
"""

import json
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import pulumi

from pulumi_ssm_maintenance import MaintenanceWindowTask, Provider, __version__
from pulumi_ssm_maintenance.testing import LocalAws, LocalStack

STATES = Path(__file__).parent / "states"
REGION, OTHER_REGION = "us-east-1", "eu-west-1"
SECRETS = {"phrase": "a phrase of the user's own"}
_KEYS = {"access_key": "AKIALOCALAWSEXAMPLE0", "secret_key": "local-aws-secret-key"}


@dataclass
class Ids:
    """The ids that the program needs. The field names are keys in the kept files."""

    window: str
    window_abroad: str
    by_hand: str
    """The task that the program looks up."""


def program(ids, priority=1):
    """Make the program: tasks of all types, secrets, an explicit provider, a lookup."""

    def declare():
        phrase = pulumi.Config().require_secret("phrase")
        common = {"window_id": ids.window, "priority": priority}
        MaintenanceWindowTask(
            "command",
            **common,
            task_type="RUN_COMMAND",
            task_arn="AWS-RunShellScript",
            targets=[{"key": "InstanceIds", "values": ["i-0123456789abcdef0"]}],
            max_concurrency="10%",
            max_errors="0",
            name="command",
            description=phrase,
            service_role_arn="arn:aws:iam::123456789012:role/tasks",
            cutoff_behavior="CANCEL_TASK",
            alarm_configuration={"alarms": [{"name": "alarm"}], "ignore_poll_alarm_failure": True},
            task_invocation_parameters={
                "run_command": {
                    "comment": "comment",
                    "document_version": "$DEFAULT",
                    "parameters": {"commands": ["date", phrase]},
                    "timeout_seconds": 600,
                    "cloud_watch_output_config": {"cloud_watch_output_enabled": True},
                }
            },
        )
        MaintenanceWindowTask(
            "deprecated",
            **common,
            task_type="RUN_COMMAND",
            task_arn="AWS-RunShellScript",
            targets=[{"key": "InstanceIds", "values": ["i-0123456789abcdef0"]}],
            max_concurrency="1",
            max_errors="1",
            logging_info={"s3_bucket_name": "logs", "s3_region": REGION},
            task_parameters={"commands": {"values": ["date"]}},
        )
        MaintenanceWindowTask(
            "runbook",
            **common,
            task_type="AUTOMATION",
            task_arn="AWS-StopEC2Instance",
            task_invocation_parameters={
                "automation": {"document_version": "$DEFAULT", "parameters": {"InstanceId": ["i-0123456789abcdef0"]}}
            },
        )
        MaintenanceWindowTask(
            "function",
            **common,
            task_type="LAMBDA",
            task_arn="function",
            task_invocation_parameters={"lambda_": {"payload": '{"window": "{{WINDOW_ID}}"}', "qualifier": "live"}},
        )
        abroad = Provider("abroad", region=OTHER_REGION, **_KEYS)
        MaintenanceWindowTask(
            "machine",
            window_id=ids.window_abroad,
            priority=priority,
            task_type="STEP_FUNCTIONS",
            task_arn="arn:aws:states:eu-west-1:123456789012:stateMachine:machine",
            task_invocation_parameters={"step_functions": {"input": '{"a": 1}', "name": "run-{{INVOCATION_ID}}"}},
            opts=pulumi.ResourceOptions(provider=abroad),
        )
        found = MaintenanceWindowTask.get("found", f"{ids.window}/{ids.by_hand}")
        pulumi.export("arn", found.arn)

    return declare


def make_windows(aws):
    """Create the windows, and the task that the program looks up."""
    window, abroad = (
        aws.client("ssm", region).create_maintenance_window(
            Name="window", Schedule="rate(1 day)", Duration=4, Cutoff=1, AllowUnassociatedTargets=True
        )["WindowId"]
        for region in (REGION, OTHER_REGION)
    )
    task = aws.client("ssm", REGION).register_task_with_maintenance_window(
        WindowId=window, TaskType="LAMBDA", TaskArn="theirs", Name="by-hand"
    )
    return Ids(window, abroad, task["WindowTaskId"])


def record():
    """Write the file of this release."""
    file = STATES / f"{__version__}.json"
    if file.exists():
        sys.exit(f"{file} exists already")
    with tempfile.TemporaryDirectory() as folder, LocalAws() as aws:
        ids = make_windows(aws)
        settings = {"folder": Path(folder), "env": aws.env, "plugins_home": Path(folder) / "home", "secrets": SECRETS}
        with LocalStack(program(ids), **settings) as stack:
            stack.up()
            stack.expect_no_changes(refresh=True)
            exported = _without_paths(json.loads(stack.pulumi("stack", "export", "--stack", stack.name)))
            held = {task["id"]: _held(aws, task["outputs"]) for task in _tasks(stack)}
    content = {"places": asdict(ids), "held": held, "exported": exported}
    file.write_text(json.dumps(content, indent=1) + "\n")


def _without_paths(value):
    """Remove the paths of this machine."""
    if isinstance(value, dict):
        return {key: _without_paths(part) for key, part in value.items() if key not in {"sourcePosition", "stackTrace"}}
    return [_without_paths(part) for part in value] if isinstance(value, list) else value


def _tasks(stack):
    return [one for one in stack.resources if one["type"].endswith("MaintenanceWindowTask") and not one.get("external")]


def _held(aws, outputs):
    """Return the request that registers a task of the state again, as AWS held it when the state was written."""
    found = aws.client("ssm", outputs["region"]).get_maintenance_window_task(
        WindowId=outputs["window_id"], WindowTaskId=outputs["window_task_id"]
    )
    lambda_ = found.get("TaskInvocationParameters", {}).get("Lambda", {})
    if "Payload" in lambda_:
        lambda_["Payload"] = lambda_["Payload"].decode()
    del found["ResponseMetadata"], found["WindowTaskId"]
    if not found["Targets"]:
        del found["MaxConcurrency"], found["MaxErrors"]  # placeholders of AWS, which it refuses in a request
    return {"region": outputs["region"], "request": found}


if __name__ == "__main__":
    record()
