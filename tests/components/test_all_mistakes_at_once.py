"""All mistakes in the arguments of a component, each in a line that names what the user wrote, with a cure."""

import pulumi
import pulumi_aws as aws
import pytest

from pulumi_ssm_maintenance_components import (
    ArgumentError,
    AutomationRunbook,
    ChangeFreeze,
    LambdaTask,
    MaintenanceWindow,
    PatchingRun,
    PatchWaves,
    RunCommandTask,
    Targets,
    WindowAlerts,
)

WINDOW = "mw-0123456789abcdef0"
ROLE = "arn:aws:iam::123456789012:role/mine"
WEB = Targets.by_patch_group("web")
FREEZE = {"name": "christmas", "start": "2090-12-20T00:00", "end": "2091-01-02T00:00"}
CONTENT = {
    "schemaVersion": "0.3",
    "assumeRole": ROLE,
    "parameters": {"Database": {"type": "String"}},
    "mainSteps": [{"name": "x"}],
}
PAIR = aws.ssm.MaintenanceWindowTaskTaskInvocationParametersRunCommandParametersParameterArgs


def mistakes(program, registered):
    """The mistakes of a program, without the name of the component."""
    with pytest.raises(ArgumentError) as refused:
        registered(program)
    return [line.partition(": ")[2] for line in refused.value.problems]


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (
            lambda: PatchingRun(
                "web",
                window=WINDOW,
                schedule="rate(1 day)",
                duration=3,
                scan_schedule="rate(1 day)",
                targets=WEB,
                task_role="admin",
                baseline="mine",
                notify="operations",
                logs={"bucket": "s3://logs"},
            ),
            [
                "duration: got 3, allowed: none with `window`",
                "schedule: got 'rate(1 day)', allowed: none with `window`",
                "scan_schedule: got 'rate(1 day)', allowed: none with `window`",
                "reboot: got None",
                "baseline: got 'mine', allowed: a PatchBaseline",
                "notify: got 'operations', allowed: True, False, a topic or its ARN",
                "logs: bucket: got 's3://logs', allowed: True, False, an aws.s3.Bucket or its name",
                "task_role: got 'admin', allowed: an aws.iam.Role or the ARN of a role",
            ],
        ),
        (
            lambda: PatchingRun("web", targets=WEB, enabled=pulumi.Output.from_input(False), freeze=[FREEZE]),  # noqa: FBT003 - a value
            [
                "schedule: got None, allowed: a schedule for a new window",
                "enabled: got an Output, allowed: True or False with `freeze`",
                "reboot: got None",
            ],
        ),
        (
            lambda: PatchingRun(
                "web",
                schedule="rate(1 day)",
                reboot="NoReboot",
                max_concurrency="x",
                waves={"1st": WEB, "a": {"targets": WEB, "max_errors": "y"}},
            ),
            [
                "waves: got '1st', allowed: names of 1 to 64 letters",
                "max_concurrency: got 'x'",
                "wave 'a': max_concurrency: got 'x'",
            ],
        ),
        (
            lambda: PatchingRun("web", window=WINDOW, targets=WEB, reboot="NoReboot", freeze=[FREEZE | {"end": "x"}]),
            ["freeze: 'christmas': end: got 'x'"],
        ),
        (
            lambda: PatchWaves(
                "patching",
                environment="a",
                patching={
                    "environments": [
                        {"name": "a", "schedule": "rate(1 day)", "targets": {"ids": ["web-1"]}},
                        {
                            "name": "b",
                            "schedule": "cron(0 25 * * ? *)",
                            "targets": {"ids": [], "tags": {}},
                            "approve_until_date": "May",
                            "freeze": [FREEZE | {"start": "x"}],
                        },
                    ]
                },
            ),
            [
                "environment 'a': schedule: got 'rate(1 day)'",
                "environment 'a': wave 'all': targets, InstanceIds: got 'web-1'",
                "environment 'b': schedule 'cron(0 25 * * ? *)': hours",
                "environment 'b': wave 'all': targets: got ['ids', 'tags']",
                "environment 'b': approve_until_date: got 'May'",
                "environment 'b': freeze: 'christmas': start",
            ],
        ),
        (
            lambda: ChangeFreeze("f", windows={"a": "mw-1", "b": "night"}, periods=[FREEZE], role="admin", notify="x"),
            [
                "windows: got 'mw-1', allowed: a MaintenanceWindow, an aws.ssm.MaintenanceWindow, or an id: mw- and 17",
                "windows: got 'night'",
                "notify: got 'x'",
                "role: got 'admin'",
            ],
        ),
        (lambda: WindowAlerts("w", windows=["mw-0123"], events=[]), ["windows: got 'mw-0123'", "events: got []"]),
        (
            lambda: LambdaTask("l", window="night", function="report", tags={"cost": 5}, notify=["ann"]),
            [
                "tags['cost']: got 5, allowed: text, such as '5'",
                "window: got 'night', allowed: a Maint",
                "notify: got 'ann', allowed: e-mail addresses",
            ],
        ),
        (
            lambda: AutomationRunbook("a", window=WINDOW, content=CONTENT, parameters={"Database": [""]}),
            ["parameters['Database']: got 'empty text', allowed: text of a character or more: leave the parameter out"],
        ),
        (
            lambda: RunCommandTask(
                "r",
                window=WINDOW,
                targets=[{"key": "tag:Role", "values": ["web"]}],
                document={"schemaVersion": "2.2", "mainSteps": "date"},
                parameters=[{"name": "commands", "values": ["date"]}],
            ),
            [
                "targets[0]: got {'key': 'tag:Role', 'values': ['web']}, allowed: text, or Targets.by_tags({…})",
                "parameters: got a list, allowed: a dict of text or list of text, written as {name: values, …}",
                "document: mainSteps: got 'date', allowed: one step or more",
            ],
        ),
        (
            lambda: RunCommandTask(
                "r", window=WINDOW, targets=WEB, document="AWS-X", parameters=[PAIR(name="a", values=["b"])]
            ),
            ["parameters: got a list, allowed: a dict of text or list of text, written as {name: values, …}"],
        ),
        (lambda: MaintenanceWindow(5, schedule="rate(1 day)"), ["name: got 5, allowed: text"]),
        (
            lambda: MaintenanceWindow("w", schedule="rate(1 day)", opts={"parent": None}),
            ["opts: got {'parent': None}, allowed: pulumi.ResourceOptions"],
        ),
    ],
    ids=[
        "an existing window with settings",
        "a run without a schedule",
        "waves",
        "a freeze of an existing window",
        "environments",
        "a freeze",
        "alerts",
        "a task",
        "an empty parameter",
        "the shapes of pulumi_aws",
        "the objects of pulumi_aws",
        "a name",
        "options",
    ],
)
def test_all_mistakes_are_reported_with_what_is_allowed(program, expected, registered):
    found = mistakes(program, registered)
    assert len(found) == len(expected), found
    for line in expected:
        assert any(it.startswith(line) for it in found), (line, found)
