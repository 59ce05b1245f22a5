"""Every kind of task: created as declared, unchanged ever after, gone in the end."""

import pulumi

from pulumi_ssm_maintenance import MaintenanceWindowTask


def test_basic(stack, apply, assert_held, window, held, run_command, automation, function, state_machine):
    targeted = {"targets": run_command["targets"], "max_concurrency": "1", "max_errors": "100%"}
    declared = {
        "command": run_command,
        "automation": automation,
        "automation-on-targets": {**automation, **targeted},
        "function": function,
        "function-on-targets": {**function, **targeted},
        "machine": state_machine,
        "machine-on-targets": {**state_machine, **targeted},
    }
    made = stack(declared)

    assert apply(made).changed == {"create": 1 + len(declared)}
    assert_held(declared)

    assert made.refresh().changed == {}
    made.expect_no_changes()

    assert made.destroy().changed == {"delete": 1 + len(declared)}
    assert held(window) == {}


def test_outputs_are_what_aws_holds_in_the_types_of_the_annotations(stack, apply, window, held, run_command):
    seen = {}

    def program():
        task = MaintenanceWindowTask("task", **run_command, priority=2)
        parameters = task.task_invocation_parameters
        task.priority.apply(lambda value: seen.update(priority=value))
        parameters.apply(lambda value: seen.update(timeout=value.run_command.timeout_seconds))
        task.name.apply(lambda value: seen.update(name=value))
        for name in ("id", "window_task_id", "arn", "region", "effective_service_role_arn", "targets"):
            pulumi.export(name, getattr(task, name))

    made = stack(program)
    apply(made)
    (id_,) = held(window)
    assert made.outputs == {
        "id": id_,
        "window_task_id": id_,
        "arn": f"arn:aws:ssm:us-east-1:123456789012:windowtask/{id_}",
        "region": "us-east-1",
        "effective_service_role_arn": (
            "arn:aws:iam::123456789012:role/aws-service-role/ssm.amazonaws.com/AWSServiceRoleForAmazonSSM"
        ),
        "targets": run_command["targets"],
    }
    assert seen == {"priority": 2, "timeout": 600, "name": None}
    assert type(seen["priority"]) is type(seen["timeout"]) is int
