"""Taking a task over from pulumi-aws in one `up`, by an alias."""

import json

import pulumi
import pulumi_aws as aws
import pytest
from tests import bridged
from tests.declared import BY_TYPE

from pulumi_ssm_maintenance import FROM_PULUMI_AWS, MaintenanceWindowTask, Provider
from pulumi_ssm_maintenance.testing import EngineError

CANARY = "s3cr3t-canary"
ROLE = "arn:aws:iam::123456789012:role/maintenance"
TARGETED = {
    "targets": [{"key": "InstanceIds", "values": ["i-0123456789abcdef0"]}],
    "max_concurrency": "10%",
    "max_errors": "0",
}

# The same tasks, as pulumi-aws and as we declare them.
THEIRS = {
    "command": {
        **TARGETED,
        "task_type": "RUN_COMMAND",
        "task_arn": "AWS-RunShellScript",
        "service_role_arn": ROLE,
        "name": "patching",
        "description": "All nodes",
        "priority": 3,
        "cutoff_behavior": "CANCEL_TASK",
        "task_invocation_parameters": {
            "run_command_parameters": {
                "comment": "each night",
                "document_version": "$LATEST",
                "output_s3_bucket": "logs",
                "output_s3_key_prefix": "patching/",
                "cloudwatch_config": {"cloudwatch_log_group_name": "/patching", "cloudwatch_output_enabled": True},
                "parameters": [{"name": "commands", "values": ["date", "uptime"]}, {"name": "x", "values": ["1"]}],
                "timeout_seconds": 600,
            }
        },
    },
    "automation": {
        "name": "stopping",
        "task_type": "AUTOMATION",
        "task_arn": "AWS-StopEC2Instance",
        "task_invocation_parameters": {
            "automation_parameters": {
                "document_version": "$DEFAULT",
                "parameters": [{"name": "InstanceId", "values": ["i-0123456789abcdef0"]}],
            }
        },
    },
    "function": {
        **TARGETED,
        "name": "reporting",
        "task_type": "LAMBDA",
        "task_arn": "function",
        "task_invocation_parameters": {"lambda_parameters": {"payload": f'{{"key": "{CANARY}"}}', "qualifier": "live"}},
    },
    "machine": {
        "name": "checking",
        "task_type": "STEP_FUNCTIONS",
        "task_arn": BY_TYPE["STEP_FUNCTIONS"]["task_arn"],
        "task_invocation_parameters": {"step_functions_parameters": {"input": f'{{"key": "{CANARY}"}}', "name": "run"}},
    },
}
OURS = {
    "command": {
        **THEIRS["command"],
        "task_invocation_parameters": {
            "run_command": {
                "comment": "each night",
                "document_version": "$LATEST",
                "output_s3_bucket_name": "logs",
                "output_s3_key_prefix": "patching/",
                "cloud_watch_output_config": {
                    "cloud_watch_log_group_name": "/patching",
                    "cloud_watch_output_enabled": True,
                },
                "parameters": {"commands": ["date", "uptime"], "x": ["1"]},
                "timeout_seconds": 600,
            }
        },
    },
    "automation": {
        **THEIRS["automation"],
        "task_invocation_parameters": {
            "automation": {"document_version": "$DEFAULT", "parameters": {"InstanceId": ["i-0123456789abcdef0"]}}
        },
    },
    "function": {
        **THEIRS["function"],
        "task_invocation_parameters": {"lambda_": {"payload": f'{{"key": "{CANARY}"}}', "qualifier": "live"}},
    },
    "machine": {
        **THEIRS["machine"],
        "task_invocation_parameters": {"step_functions": {"input": f'{{"key": "{CANARY}"}}', "name": "run"}},
    },
}


def before(window, tasks=THEIRS, opts=None):
    def program():
        options = opts() if opts else {}
        for name, arguments in tasks.items():
            aws.ssm.MaintenanceWindowTask(
                name, window_id=window, **arguments, opts=pulumi.ResourceOptions(provider=options.get("aws"))
            )

    return program


def after(window, tasks=OURS, aliases=(FROM_PULUMI_AWS,), opts=None):
    def program():
        options = opts() if opts else {}
        for name, arguments in tasks.items():
            MaintenanceWindowTask(
                name,
                window_id=window,
                **arguments,
                opts=pulumi.ResourceOptions(aliases=[*aliases], provider=options.get("ours")),
            )

    return program


def test_equal_tasks_are_taken_over_without_a_call(local_stack, local_aws, calls, held, window):
    stack = local_stack(before(window))
    stack.up()
    ids = {name: stack.resource(name)["id"] for name in THEIRS}
    as_they_were = held(window)
    local_aws.clear_requests()

    stack.program = after(window)
    result = stack.up()
    assert result.changed == {"update": 4}
    assert calls() == []
    assert {name: stack.resource(name)["id"] for name in OURS} == ids
    assert held(window) == as_they_were
    assert CANARY not in stack.state_text()
    assert stack.resource("command")["outputs"]["arn"].endswith(f":windowtask/{ids['command']}")

    stack.expect_no_changes()
    stack.program = after(window, aliases=())
    stack.expect_no_changes()
    assert not stack.refresh(args=["--expect-no-changes"]).changed
    stack.destroy()
    assert held(window) == {}


def test_tasks_in_a_state_of_the_real_plugin_are_taken_over_without_a_call(local_stack, local_aws, calls, held, window):
    def theirs():
        function = THEIRS["function"]["task_invocation_parameters"]["lambda_parameters"]
        payload = {"lambda_parameters": {**function, "payload": pulumi.Output.secret(function["payload"])}}
        before(window, {**THEIRS, "function": {**THEIRS["function"], "task_invocation_parameters": payload}})()

    stack = local_stack(theirs)
    stack.up()
    ids = {name: stack.resource(name)["id"] for name in THEIRS}
    deployment = stack.export()
    for resource in deployment["deployment"]["resources"]:
        if resource["type"] == "aws:ssm/maintenanceWindowTask:MaintenanceWindowTask":
            # The stand-in writes what is there; the plugin writes every property, and notes of its own.
            resource["outputs"] = bridged.outputs(resource["outputs"])
            resource["inputs"] = bridged.inputs(resource["inputs"])
    stack.import_state(deployment)
    assert '"__meta"' in stack.state_text()
    assert '"ciphertext"' in json.dumps(stack.resource("function")["outputs"])
    local_aws.clear_requests()

    stack.program = after(window)
    assert stack.up().changed == {"update": 4}
    assert calls() == []
    assert {name: stack.resource(name)["id"] for name in OURS} == ids
    assert CANARY not in stack.state_text()
    assert '"__meta"' not in stack.state_text()
    stack.program = after(window, aliases=())
    stack.expect_no_changes()
    assert not stack.refresh(args=["--expect-no-changes"]).changed


def test_what_differs_is_updated_in_place_once(local_stack, local_aws, calls, held, window):
    stack = local_stack(before(window, {"command": THEIRS["command"]}))
    stack.up()
    (id_,) = held(window)
    local_aws.clear_requests()
    alarm = {"alarm_configuration": {"alarms": [{"name": "errors-high"}]}}
    stack.program = after(window, {"command": {**OURS["command"], **alarm}})
    assert stack.up().ops("command") == ["update"]
    assert calls() == ["UpdateMaintenanceWindowTask"]
    assert held(window)[id_]["AlarmConfiguration"]["Alarms"] == [{"Name": "errors-high"}]
    stack.expect_no_changes()


def test_one_update_removes_the_name_that_pulumi_aws_generated(local_stack, local_aws, calls, held, window):
    def nameless(tasks):
        return {"automation": {name: value for name, value in tasks["automation"].items() if name != "name"}}

    stack = local_stack(before(window, nameless(THEIRS)))
    stack.up()
    assert [task["Name"].rpartition("-")[0] for task in held(window).values()] == ["automation"]
    local_aws.clear_requests()
    stack.program = after(window, nameless(OURS))
    stack.up()
    assert calls() == ["UpdateMaintenanceWindowTask"]
    assert [task.get("Name") for task in held(window).values()] == [None]
    stack.expect_no_changes()


def test_explicit_providers_hand_tasks_of_every_type_over(local_stack, local_aws, calls, held, new_window):
    window = new_window("eu-west-1")

    def providers():
        return {"aws": aws.Provider("west", region="eu-west-1"), "ours": Provider("west-ssm", region="eu-west-1")}

    stack = local_stack(before(window, THEIRS, providers))
    stack.up()
    ids = held(window, "eu-west-1").keys()
    local_aws.clear_requests()
    stack.program = after(window, OURS, opts=providers)
    result = stack.up()
    assert [result.ops(name) for name in OURS] == [["update"]] * 4
    assert calls() == []
    assert held(window, "eu-west-1").keys() == ids
    stack.expect_no_changes()


def test_another_type_in_the_same_up_replaces_with_a_warning(local_stack, window):
    stack = local_stack(before(window, {"task": THEIRS["automation"]}))
    stack.up()
    stack.program = after(window, {"task": OURS["machine"]})
    result = stack.preview()
    assert "replace" in result.ops("task")
    assert "task_type differs, so the task is replaced" in result.output


def test_adopting_beside_the_removal_of_the_old_resource_warns_at_preview(local_stack, held, window):
    stack = local_stack(before(window, {"task": THEIRS["automation"]}))
    stack.up()
    (id_,) = held(window)
    stack.program = after(window, {"task": {**OURS["automation"], "adopt": f"{window}/{id_}"}}, aliases=())
    assert (
        "its removal deregisters the task: use aliases=[FROM_PULUMI_AWS] instead of `adopt`" in stack.preview().output
    )


def test_tasks_go_back_to_pulumi_aws_with_their_ids(local_stack, held, window):
    stack = local_stack(after(window, aliases=()))
    stack.up()
    ids = {name: stack.resource(name)["id"] for name in OURS}
    as_they_were = held(window)

    def retained():
        for name, arguments in OURS.items():
            MaintenanceWindowTask(
                name, window_id=window, **arguments, opts=pulumi.ResourceOptions(retain_on_delete=True)
            )

    def imported():
        for name, arguments in THEIRS.items():
            opts = pulumi.ResourceOptions(import_=f"{window}/{ids[name]}")
            aws.ssm.MaintenanceWindowTask(name, window_id=window, **arguments, opts=opts)

    stack.program = retained
    stack.up()
    stack.program = imported
    assert stack.up().changed == {"import": 4, "delete": 4}
    assert held(window) == as_they_were
    stack.program = before(window)
    stack.expect_no_changes()


def test_both_resources_under_the_alias_are_refused(local_stack, window):
    stack = local_stack(before(window, {"task": THEIRS["automation"]}))
    stack.up()

    def both():
        before(window, {"task": THEIRS["automation"]})()
        after(window, {"task": OURS["automation"]})()

    stack.program = both
    with pytest.raises(EngineError):
        stack.preview()
