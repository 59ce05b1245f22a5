"""All mistakes in the arguments of a component, each in a line that names what the user wrote, with a cure."""

from datetime import UTC, datetime
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pytest

from pulumi_ssm_maintenance_components import (
    ArgumentError,
    AutomationRunbook,
    ChangeFreeze,
    LambdaTask,
    MaintenanceWindow,
    PatchBaseline,
    PatchingRun,
    PatchRule,
    PatchTuesday,
    PatchWaves,
    RunCommandTask,
    StepFunctionTask,
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
    "mainSteps": [{"name": "x", "action": "aws:sleep"}],
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
                "wave 'a': max_errors: got 'y'",
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
                "environment 'a': targets, InstanceIds: got 'web-1'",
                "environment 'b': schedule 'cron(0 25 * * ? *)': hours",
                "environment 'b': targets: got ['ids', 'tags']",
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
        (
            lambda: MaintenanceWindow(
                "w",
                schedule="cron(61 25 ? * SAT-MON *)",
                offset_days=9,
                duration=30,
                cutoff=-1,
                timezone=" ",
                start=datetime(2031, 1, 1, tzinfo=UTC),
                end=datetime(2030, 1, 1, tzinfo=UTC),
                tags={"aws:x": "y", "a": "x" * 257, "\n": ""},
                notifi=None,
            ),
            [
                "there is no argument 'notifi'",
                "schedule 'cron(61 25 ? * SAT-MON *)': minutes: got '61'",
                "schedule 'cron(61 25 ? * SAT-MON *)': hours: got '25'",
                "schedule 'cron(61 25 ? * SAT-MON *)': day-of-week: got 'SAT-MON'",
                "offset_days: got 9, allowed: 1 to 6 days",
                "duration: got 30, allowed: 1 to 24 hours",
                "cutoff: got -1, allowed: 0 hours or more",
                "timezone: got ' ', allowed: an IANA name",
                "end: got '2030-01-01T00:00:00+00:00', allowed: a moment after the start",
                "tags: got 'aws:x', allowed: keys of 1 to 128 letters",
                "tags['a']: got 'xxx",
                "tags: got '\\n', allowed: keys",
            ],
        ),
        (
            lambda: PatchingRun(
                "web",
                schedule="rate(1 day)",
                scan_schedule="rate(1 dayz)",
                scan_duration=25,
                scan_cutoff=-1,
                scan_max_concurrency="x",
                scan_max_errors="y",
                install="yes",
                waves={
                    "1st": WEB,
                    "a": {"targets": {"b c": WEB, "d/e": WEB}, "max_concurrency": "x", "max_errors": "y"},
                },
                delivery_timeout=10800,
                document_version="newest",
                notify=["a@b", "a@b", "ann"],
                logs={"log_group": "arn:x", "bucket": "s3://x", "retention_days": 91},
            ),
            [
                "install: got 'yes', allowed: True or False",
                "scan_schedule 'rate(1 dayz)': unit: got 'dayz'",
                "scan_duration: got 25, allowed: 1 to 24 hours",
                "scan_cutoff: got -1, allowed: 0 hours or more",
                "scan_max_concurrency: got 'x'",
                "scan_max_errors: got 'y'",
                "waves: got '1st'",
                "wave 'a': targets: got 'b c'",
                "wave 'a': targets: got 'd/e'",
                "wave 'a': max_concurrency: got 'x'",
                "wave 'a': max_errors: got 'y'",
                "delivery_timeout: got 10800, allowed: less than 10800 seconds",
                "document_version: got 'newest', allowed: a number as text",
                "notify: got 'ann'",
                "notify: got ['a@b', 'a@b', 'ann'], allowed: each e-mail address once",
                "logs: log_group: got 'arn:x'",
                "logs: bucket: got 's3://x'",
                "logs: retention_days: got 91, allowed: none",
            ],
        ),
        (
            lambda: PatchingRun(
                "web",
                schedule="rate(1 day)",
                targets=WEB,
                reboot="NoReboot",
                snapshot=True,
                approvers=["ann"],
                approval_timeout=5,
                scan_duration=2,
                scan_cutoff=1,
                hooks={"pre": "x"},
                install_override_list="s3://a/b",
                baseline_override="s3://a/b",
            ),
            [
                "snapshot: got True, allowed: none with a command",
                "approvers: got ['ann'], allowed: none with a command",
                "approval_timeout: got 5, allowed: none with a command",
                "scan_duration: got 2, allowed: none without `scan_schedule`",
                "scan_cutoff: got 1, allowed: none without `scan_schedule`",
                "install_override_list: got 's3://a/b', allowed: none with hooks",
                "baseline_override: got 's3://a/b', allowed: none with hooks",
                "baseline_override: got 's3://a/b', allowed: none with install_override_list",
            ],
        ),
        (
            lambda: PatchWaves(
                "patching",
                environment="a",
                patching={
                    "defaults": {"schedule": "cron(0 2 ? * SAT *)"},
                    "environments": [
                        {"name": "a", "targets": {"patch_group": "a"}, "notify": "x", "stop_on_alarm": "arn:x"},
                        {"name": "b", "targets": {"patch_group": "b"}, "duration": 25, "cutoff": -1},
                    ],
                },
                run={"delivery_timeout": 5},
                tags={"aws:x": "y"},
            ),
            [
                "tags: got 'aws:x'",
                "environment 'a': reboot: got None",
                "environment 'a': notify: got 'x'",
                "environment 'a': stop_on_alarm: got 'arn:x'",
                "environment 'a': delivery_timeout: got 5, allowed: 30 seconds or more",
                "environment 'b': duration: got 25, allowed: 1 to 24 hours",
                "environment 'b': cutoff: got -1, allowed: 0 hours or more",
            ],
        ),
        (
            lambda: PatchBaseline(
                "b",
                os="AMAZON_LINUX_2023",
                rules=[
                    PatchRule.matching({"PRODUC": ["x"]}),
                    PatchRule.matching({"PRODUCT": ["All"], "PRIORITY": ["*"]}),
                ],
                approved=["a", "b"],
                rejected=["a", "b"],
                patch_groups=["", "x", "x"],
                baseline_name="a b",
                description="",
                sources=[{"name": "x", "products": [], "configuration": ""}],
                available_security_updates_compliance_status="COMPLIANT",
            ),
            [
                "rules[0]: filters: got 'PRODUC', allowed: PRODUCT",
                "rules[1]: filters: got 'PRIORITY'",
                "rules[1]: filters, 'PRODUCT': got 'All'",
                "approved: got 'a', allowed: patches that are not in",
                "approved: got 'b', allowed: patches that are not in",
                "patch_groups: got ''",
                "patch_groups: got ['', 'x', 'x'], allowed: a list in which each group stands once",
                "baseline_name: got 'a b'",
                "description: got '', allowed: 1 to 1024 characters",
                "sources[0]: name: got 'x'",
                "sources[0]: products: got []",
                "sources[0]: configuration: got 0",
                "available_security_updates_compliance_status: got 'COMPLIANT'",
            ],
        ),
        (
            lambda: ChangeFreeze(
                "f",
                windows={"a b": WINDOW, "a-b": WINDOW},
                periods=[FREEZE | {"start": "x", "end": "y"}, FREEZE | {"name": "new year", "end": "2090-12-20T00:05"}],
                timezone="GMT+2",
            ),
            [
                "windows: got 'a-b', allowed: a name that differs from 'a b'",
                "timezone: got 'GMT+2', allowed: an IANA name, such as 'Etc/GMT-2'",
                "periods: 'christmas': start: got 'x'",
                "periods: 'christmas': end: got 'y'",
                "periods: 'new year' ends at",
            ],
        ),
        (
            lambda: LambdaTask(
                "l",
                window=WINDOW,
                function=Path(__file__),
                targets=["i-0123456789abcdef0", "web"],
                max_concurrency="x",
                max_errors=5,
                priority=-1,
                code={
                    "timeout": 0,
                    "memory_size": 1,
                    "retention_days": 2,
                    "statements": [{"Effect": "allow", "Action": ["s3:*"]}, {}],
                },
                qualifier="a b",
            ),
            [
                "targets: got 'i-0123456789abcdef0', allowed: ids of window targets",
                "targets: got 'web', allowed: ids of window targets",
                "max_concurrency: got 'x'",
                "max_errors: got 5, allowed: text, such as '5'",
                "priority: got -1, allowed: a whole number, 0 or more",
                "code: timeout: got 0",
                "code: memory_size: got 1",
                "code: retention_days: got 2",
                "code: statements[0]: Effect: got 'allow', allowed: 'Allow' or 'Deny'",
                "code: statements[0]: got ['Action', 'Effect'], allowed: a statement with Resource or NotResource",
                "code: statements[1]: Effect: got None",
                "code: statements[1]: got [], allowed: a statement with Action or NotAction",
                "code: statements[1]: got [], allowed: a statement with Resource or NotResource",
                "qualifier: got 'a b'",
            ],
        ),
        (
            lambda: StepFunctionTask("s", window=WINDOW, state_machine={"StartAt": "a", "States": {"b": {}}}),
            ["state_machine: StartAt: got 'a', allowed: the name of a state: b"],
        ),
        (
            lambda: StepFunctionTask("s", window=WINDOW, state_machine={"StartAt": ["b"], "States": {"b": {}}}),
            ["state_machine: StartAt: got ['b'], allowed: the name of a state: b"],
        ),
        (
            lambda: RunCommandTask(
                "r",
                window=WINDOW,
                targets=[WEB],
                document={
                    "schemaVersion": 2.2,
                    "parameters": {"a": {"type": "String"}, "commands": {"type": "StringList"}},
                    "mainSteps": [{"nam": "x"}, 5],
                },
                document_version="newest",
                parameters={"comands": "x", "b": "y"},
            ),
            [
                "targets[0]: got Targets(",
                "document: schemaVersion: got 2.2, allowed: '1.2' or '2.0' or '2.2' as text",
                "document: mainSteps[0]: got ['nam'], allowed: a step with name, action and inputs",
                "document: mainSteps[1]: got 5, allowed: a step with name, action and inputs",
                "document_version: got 'newest'",
                "parameters: got 'comands', allowed: a, commands; do you mean 'commands'?",
                "parameters: got 'b', allowed: a, commands",
                "parameters: got ['b', 'comands'], allowed: a too",
                "parameters: got ['b', 'comands'], allowed: commands too",
            ],
        ),
        (
            lambda: AutomationRunbook(
                "a", window=WINDOW, document="a b", document_version="newest", statements=[{}], on_failure="Abort"
            ),
            [
                "document: got 'a b', allowed: an aws.ssm.Document",
                "document_version: got 'newest'",
                "on_failure: got 'Abort', allowed: none without `steps`",
                "statements[0]: Effect: got None",
                "statements[0]: got [], allowed: a statement with Action",
                "statements[0]: got [], allowed: a statement with Resource",
            ],
        ),
        (
            lambda: AutomationRunbook(
                "a", window=WINDOW, content={"schemaVersion": "0.3", "mainSteps": "x", "parameters": []}, statements=[]
            ),
            ["content: mainSteps: got 'x', allowed: a list of steps"],
        ),
        (
            lambda: AutomationRunbook("a", window=WINDOW, content="schemaVersion: '0.3'\ndescription: 2030-01-01\n"),
            ["content.description: got datetime.date(2030, 1, 1), allowed: what JSON has"],
        ),
        (lambda: WindowAlerts("w", windows=[WINDOW] * 151), ["windows: got 151, allowed: a list of 1 to 150 windows"]),
        (
            lambda: MaintenanceWindow("w", schedule=PatchTuesday),
            ["schedule: got the class PatchTuesday, allowed: a Schedule or text, such as PatchTuesday(…)"],
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
        "a window",
        "scans, waves, notifications and logs",
        "arguments that do not belong to a command",
        "the run of an environment",
        "a baseline",
        "the periods of a freeze",
        "a new function",
        "a state machine",
        "a state machine that starts with a list",
        "a new document",
        "an existing runbook",
        "the steps of a runbook",
        "YAML with a date",
        "more windows than a rule can watch",
        "a class in place of a schedule",
        "a name",
        "options",
    ],
)
def test_all_mistakes_are_reported_with_what_is_allowed(program, expected, registered):
    found = mistakes(program, registered)
    assert len(found) == len(expected), found
    for line in expected:
        assert any(it.startswith(line) for it in found), (line, found)
