"""The program whose state every release leaves behind, and the AWS that goes with it.

To add a release, in its checkout, before the next one changes anything:

    .venv/bin/python -m tests.upgrade.released

writes `states/<version>.json`: the stack as `pulumi stack export` gives it, and what AWS held. A state that is there is
never written again.
Change the program only by what an old state must not notice.
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
HERE, ABROAD = "us-east-1", "eu-west-1"
SECRETS = {"phrase": "a phrase of the user's own"}
_KEYS = {"access_key": "AKIALOCALAWSEXAMPLE0", "secret_key": "local-aws-secret-key"}


@dataclass
class Places:
    """The ids that the program is given."""

    window: str
    window_abroad: str
    by_hand: str
    """The task that the program looks up."""


def program(places, priority=1):
    """Make the program: tasks of all types, secrets, an explicit provider, a lookup."""

    def declare():
        phrase = pulumi.Config().require_secret("phrase")
        common = {"window_id": places.window, "priority": priority}
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
            logging_info={"s3_bucket_name": "logs", "s3_region": HERE},
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
        abroad = Provider("abroad", region=ABROAD, **_KEYS)
        MaintenanceWindowTask(
            "machine",
            window_id=places.window_abroad,
            priority=priority,
            task_type="STEP_FUNCTIONS",
            task_arn="arn:aws:states:eu-west-1:123456789012:stateMachine:machine",
            task_invocation_parameters={"step_functions": {"input": '{"a": 1}', "name": "run-{{INVOCATION_ID}}"}},
            opts=pulumi.ResourceOptions(provider=abroad),
        )
        found = MaintenanceWindowTask.get("found", f"{places.window}/{places.by_hand}")
        pulumi.export("arn", found.arn)

    return declare


def new_places(aws):
    """Make the windows, and the task that the program looks up."""
    window, abroad = (
        aws.client("ssm", region).create_maintenance_window(
            Name="window", Schedule="rate(1 day)", Duration=4, Cutoff=1, AllowUnassociatedTargets=True
        )["WindowId"]
        for region in (HERE, ABROAD)
    )
    task = aws.client("ssm", HERE).register_task_with_maintenance_window(
        WindowId=window, TaskType="LAMBDA", TaskArn="theirs", Name="by-hand"
    )
    return Places(window, abroad, task["WindowTaskId"])


def record():
    """Write down what this release leaves behind."""
    file = STATES / f"{__version__}.json"
    if file.exists():
        sys.exit(f"{file} is there already")
    with tempfile.TemporaryDirectory() as folder, LocalAws() as aws:
        places = new_places(aws)
        settings = {"folder": Path(folder), "env": aws.env, "plugins_home": Path(folder) / "home", "secrets": SECRETS}
        with LocalStack(program(places), **settings) as stack:
            stack.up()
            stack.expect_no_changes(refresh=True)
            exported = _without_paths(json.loads(stack.pulumi("stack", "export", "--stack", stack.name)))
            held = {task["id"]: _held(aws, task["outputs"]) for task in _tasks(stack)}
    content = {"places": asdict(places), "held": held, "exported": exported}
    file.write_text(json.dumps(content, indent=1) + "\n")


def _without_paths(value):
    """Leave out where on the machine a program stood."""
    if isinstance(value, dict):
        return {key: _without_paths(part) for key, part in value.items() if key not in {"sourcePosition", "stackTrace"}}
    return [_without_paths(part) for part in value] if isinstance(value, list) else value


def _tasks(stack):
    return [one for one in stack.resources if one["type"].endswith("MaintenanceWindowTask") and not one.get("external")]


def _held(aws, outputs):
    """What is registered again, for a state that names a task, is what AWS held when the state was written."""
    found = aws.client("ssm", outputs["region"]).get_maintenance_window_task(
        WindowId=outputs["window_id"], WindowTaskId=outputs["window_task_id"]
    )
    lambda_ = found.get("TaskInvocationParameters", {}).get("Lambda", {})
    if "Payload" in lambda_:
        lambda_["Payload"] = lambda_["Payload"].decode()
    del found["ResponseMetadata"], found["WindowTaskId"]
    if not found["Targets"]:
        del found["MaxConcurrency"], found["MaxErrors"]  # AWS's own, and not taken
    return {"region": outputs["region"], "request": found}


if __name__ == "__main__":
    record()
