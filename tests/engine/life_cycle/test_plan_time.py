"""What a preview says: every mistake at once, and nothing about what is not known yet."""

import pytest

from pulumi_ssm_maintenance import MaintenanceWindowTask
from pulumi_ssm_maintenance.testing import EngineError


def test_a_wrong_program_fails_at_preview_with_a_line_for_each_mistake(stack, local_aws, run_command):
    run_command |= {
        "max_concurrency": "200%",
        "priority": -1,
        "targets": [{"key": "tag:Role", "values": ["web"]}],
        "taskInvocationParameters": {},
        "cutoff_behavior": "STOP",
        "alarm_configuration": {"alarms": [{"name": "a"}, {"name": "b"}]},
        "description": "canary-of-the-description" * 20,
    }
    made = stack({"patch": run_command})
    local_aws.clear_requests()
    with pytest.raises(EngineError) as failed:
        made.preview()
    mistakes = [line for line in failed.value.result.messages("error") if "has a problem" in line]
    paths = sorted(line.partition("has a problem: ")[2].partition(": ")[0] for line in mistakes)
    assert paths == [
        "alarm_configuration.alarms",
        "cutoff_behavior",
        "description",
        "max_concurrency",
        "priority",
        "targets[0].key",
        "taskInvocationParameters",
    ]
    assert all("'patch'" in line and "\n" not in line for line in mistakes)
    assert "Traceback" not in failed.value.result.output
    assert "canary" not in failed.value.result.output
    assert local_aws.requests() == []


def test_values_that_are_not_known_yet_trip_nothing(stack, apply, assert_held, run_command, function, automation):
    # Every value of the second and third task comes from the first one, so the preview knows none of them.
    declared = {
        "command": {
            **run_command,
            "priority": 3,
            "name": "a-name",
            "service_role_arn": "arn:aws:iam::123456789012:role/task",
            "cutoff_behavior": "CANCEL_TASK",
            "alarm_configuration": {"alarms": [{"name": "alarm"}], "ignore_poll_alarm_failure": True},
        },
        "function": function,
    }

    def program():
        upstream = MaintenanceWindowTask("upstream", **automation)

        def later(value):
            return upstream.window_task_id.apply(lambda _: value)

        def later_leaves(value):
            if isinstance(value, dict):
                return {key: later_leaves(part) for key, part in value.items()}
            return [later_leaves(part) for part in value] if isinstance(value, list) else later(value)

        for name, arguments in declared.items():
            MaintenanceWindowTask(name, **later_leaves(arguments))
            MaintenanceWindowTask(f"{name}-whole", **{key: later(value) for key, value in arguments.items()})

    made = stack(program)
    made.preview()
    apply(made)
    twice = {f"{name}{end}": task for name, task in declared.items() for end in ("", "-whole")}
    assert_held({"upstream": automation, **twice})


def test_warnings_name_the_task_and_stop_nothing(stack, run_command):
    run_command["task_parameters"] = {"commands": {"values": ["date"]}}
    result = stack({"patch": run_command}).preview()
    assert "warning: maintenance window task 'patch': task_parameters: is deprecated by AWS" in result.output
