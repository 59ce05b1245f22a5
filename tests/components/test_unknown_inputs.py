"""Inputs that are not known at preview, as those from resources and stacks that are not there yet, in every place."""

import pulumi
import pytest

from pulumi_ssm_maintenance_components import (
    AutomationRunbook,
    ChangeFreeze,
    LambdaTask,
    MaintenanceWindow,
    PatchBaseline,
    PatchingRun,
    RunCommandTask,
    Step,
    StepFunctionTask,
    Targets,
    WindowAlerts,
)

WINDOW, NODE, BASELINE = "mw-0123456789abcdef0", "i-0123456789abcdef0", "pb-0123456789abcdef0"
ROLE = "arn:aws:iam::123456789012:role/mine"
TOPIC = "arn:aws:sns:us-east-1:123456789012:operations"
APPROVALS = "arn:aws:sns:us-east-1:123456789012:AutomationApprovals"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:report"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:drain"
WEB = Targets.by_patch_group("web")
FREEZE = {"name": "christmas", "start": "2090-12-20T00:00", "end": "2091-01-02T00:00"}
COMMAND = {"action": "aws:runShellScript", "name": "x"}
ALLOW = {"Effect": "Allow", "Action": "*"}


def patching_run(late):
    PatchingRun(
        "web",
        window=late(WINDOW),
        targets=Targets.by_ids([late(NODE)]),
        reboot="NoReboot",
        notify=late(TOPIC),
        stop_on_alarm=late("errors"),
        task_role=late(ROLE),
        notification_role=late(ROLE),
        logs={"log_group": late("/aws/ssm/mine"), "bucket": late("mine")},
        install_override_list=late("s3://lists/may.yaml"),
        tags={"team": late("operations")},
    )


def gated_patching_run(late):
    PatchingRun(
        "web",
        engine="runbook",
        schedule="rate(1 day)",
        enabled=late(True),  # noqa: FBT003 - a value
        targets=Targets.by_resource_group(late("fleet")),
        reboot="RebootIfNeeded",
        approvers=[late("ann")],
        approval_topic=late(APPROVALS),
        notify=late(TOPIC),
        kms_key=late(KEY),
        stop_on_alarm=late("errors"),
        assume_role=late(ROLE),
        hooks={"pre": late("stop-web")},
        logs={"log_group": late("/aws/ssm/mine"), "bucket": late("mine")},
    )


def patching_run_with_a_baseline_override(late):
    override = late("s3://lists/base.json")
    PatchingRun("web", schedule="rate(1 day)", targets=WEB, reboot="NoReboot", baseline_override=override)


def patching_run_with_a_baseline(late):
    PatchingRun("web", schedule="rate(1 day)", targets=WEB, reboot="NoReboot", baseline=late(BASELINE))


def window(late):
    tags = {"team": late("operations")}
    MaintenanceWindow("web", schedule="rate(1 day)", enabled=late(True), description=late("d"), tags=tags)  # noqa: FBT003 - a value


def window_alerts(late):
    WindowAlerts("web", windows=[late(WINDOW)], notify=late(TOPIC))


def change_freeze(late):
    ChangeFreeze("web", windows={"theirs": late(WINDOW)}, periods=[FREEZE], role=late(ROLE))


def patch_baseline(late):
    PatchBaseline("web", os="UBUNTU", approved=[late("a")], rejected=[late("b")], description=late("d"))


def run_command_task(late):
    RunCommandTask(
        "web",
        window=late(WINDOW),
        targets=[late("one"), late("two")],
        document=late("mine"),
        document_version=late("3"),
        parameters={"one": late("a"), "many": [late("b")]},
        notify=late(TOPIC),
        stop_on_alarm=late("errors"),
        task_role=late(ROLE),
        notification_role=late(ROLE),
        logs={"log_group": late("/aws/ssm/mine"), "bucket": late("mine")},
    )


def run_command_task_with_content(late):
    content = {"schemaVersion": "2.2", "mainSteps": [COMMAND | {"inputs": {"runCommand": [late("ls")]}}]}
    RunCommandTask("web", window=late(WINDOW), targets=WEB, document=content)


def automation_runbook(late):
    AutomationRunbook(
        "web",
        window=late(WINDOW),
        targets=WEB,
        steps=[
            Step.approve(topic_arn=late(APPROVALS), approvers=[late("ann")], kms_key=late(KEY)),
            Step.alarm_guard(alarm=late("errors")),
            Step.lambda_("report", late("report")),
            Step.lambda_("call", late(FUNCTION), payload={"a": late("b")}, qualifier=late("3")),
            Step.script("own", "x", payload={"a": late("b")}, statements=[ALLOW | {"Resource": late("*")}]),
        ],
        statements=[ALLOW | {"Resource": [late("*")]}],
        stop_on_alarm=late("errors"),
        notify=late(TOPIC),
    )


def automation_runbook_with_content(late):
    content = {
        "schemaVersion": "0.3",
        "assumeRole": late(ROLE),
        "mainSteps": [{"name": "x", "action": "aws:sleep", "inputs": {"a": late("b")}}],
    }
    AutomationRunbook("web", window=late(WINDOW), content=content, task_role=late(ROLE))


def lambda_task(late):
    LambdaTask("web", window=late(WINDOW), function=late(FUNCTION), qualifier=late("3"), payload={"a": late("b")})


def lambda_task_with_a_text(late):
    LambdaTask("web", window=late(WINDOW), function=late("report"), payload=late("{}"), notify=late(TOPIC))


def step_function_task(late):
    StepFunctionTask("web", window=late(WINDOW), state_machine=late(MACHINE), input=late("{}"), notify=late(TOPIC))


def step_function_task_with_content(late):
    states = {"x": {"Type": "Task", "Resource": late(FUNCTION)}}
    machine = {"StartAt": "x", "States": states}
    StepFunctionTask("web", window=late(WINDOW), state_machine=machine, statements=[ALLOW | {"Resource": late("*")}])


PROGRAMS = [value for name, value in list(globals().items()) if callable(value) and value.__module__ == __name__]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_a_preview_that_knows_nothing_yet_shows_all_that_will_be_made(program, registered):
    shown = registered(lambda: program(not_known), preview=True)
    made = registered(lambda: program(pulumi.Output.from_input))
    assert {(it.type, it.name) for it in shown} == {(it.type, it.name) for it in made}


def test_a_role_that_content_names_is_kept_though_it_is_known_late(resources):
    found = resources(lambda: automation_runbook_with_content(pulumi.Output.from_input))
    assert found["Document"]["web-runbook"]["content"]["assumeRole"] == ROLE
    assert "Role" not in found


def not_known(_):
    """An output that a preview does not know."""

    async def answer(value):
        return value

    return pulumi.Output(set(), answer(None), answer(False))  # noqa: FBT003 - as the SDK takes it
