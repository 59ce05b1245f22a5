"""Windows as people and tools have left them at AWS: made by raw calls, at random, the same for the same seed."""

import json
import random

CANARY = "s3cr3t-canary"
"""Stands in every value that must not leave AWS in clear."""

DOCUMENTS = ("AWS-RunPatchBaseline", "AWS-RunShellScript", "AWS-UpdateSSMAgent", "Acme-Cleanup")
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:SSMReport"
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:NightlyChecks"
ROLE = "arn:aws:iam::123456789012:role/maintenance"
SCRIPT = 'if [ -f /var/run/reboot-required ]; then echo "rebooting, as it\'s needed"; shutdown -r now; fi'
SCHEDULES = ("rate(1 day)", "cron(0 2 ? * SAT *)", "cron(30 3 ? * TUE#2 *)")


def make_windows(ssm, seed, count):
    """Make windows and give their ids."""
    chance = random.Random(seed)
    return [make_window(ssm, chance, f"window-{seed}-{number}") for number in range(count)]


def make_window(ssm, chance, name):
    takes_instances = chance.random() < 0.5
    window = ssm.create_maintenance_window(
        Name=name if chance.random() < 0.8 else "twin",
        Schedule=chance.choice(SCHEDULES),
        Duration=chance.randint(2, 8),
        Cutoff=chance.randint(0, 1),
        AllowUnassociatedTargets=takes_instances,
        **maybe(chance, ScheduleTimezone="Europe/Berlin", Description='Made "by hand", não é?'),
        **maybe(chance, StartDate="2026-01-01T00:00:00Z", EndDate="2036-01-01T00:00:00Z"),
        **maybe(chance, Tags=[{"Key": "team", "Value": "platform"}, {"Key": "Patch Group", "Value": "web"}]),
    )["WindowId"]
    if chance.random() < 0.2:
        ssm.update_maintenance_window(WindowId=window, Enabled=False)
    targets = [make_target(ssm, chance, window) for _ in range(chance.randint(0, 3))]
    for _ in range(chance.randint(0, 4)):
        make_task(ssm, chance, window, targets, takes_instances=takes_instances)
    return window


def make_target(ssm, chance, window):
    kind, selection = chance.choice(
        [
            ("INSTANCE", [{"Key": "tag:Role", "Values": ["web", "db servers"]}]),
            ("INSTANCE", [{"Key": "tag-key", "Values": ["patched"]}]),
            ("INSTANCE", [{"Key": "InstanceIds", "Values": ["i-0123456789abcdef0"]}]),
            ("RESOURCE_GROUP", [{"Key": "resource-groups:Name", "Values": ["fleet"]}]),
        ]
    )
    return ssm.register_target_with_maintenance_window(
        WindowId=window,
        ResourceType=kind,
        Targets=selection,
        **maybe(chance, Name="web-nodes", Description="All of the web servers", OwnerInformation="team web"),
    )["WindowTargetId"]


def make_task(ssm, chance, window, targets, *, takes_instances):
    kinds = ["AUTOMATION", "LAMBDA", "STEP_FUNCTIONS"]
    selections = [[{"Key": "InstanceIds", "Values": ["i-0123456789abcdef0"]}]] if takes_instances else []
    if targets:
        selections.append(
            [{"Key": "WindowTargetIds", "Values": chance.sample(targets, chance.randint(1, len(targets)))}]
        )
    kind = chance.choice([*kinds, "RUN_COMMAND", "RUN_COMMAND"] if selections else kinds)
    has_targets = bool(selections) and (kind == "RUN_COMMAND" or chance.random() < 0.5)
    selection = chance.choice(selections) if has_targets else []
    rates = {"Targets": selection, "MaxConcurrency": "10%", "MaxErrors": "0"} if has_targets else {}
    arn, parameters = invocation(chance, kind)
    return ssm.register_task_with_maintenance_window(
        WindowId=window,
        TaskType=kind,
        TaskArn=arn,
        Priority=chance.randint(0, 3),
        TaskInvocationParameters=parameters,
        **rates,
        **maybe(chance, Name="nightly", Description="Runs each night"),
        **maybe(chance, ServiceRoleArn=ROLE, CutoffBehavior="CANCEL_TASK"),
        **maybe(chance, AlarmConfiguration={"Alarms": [{"Name": "errors-high"}], "IgnorePollAlarmFailure": True}),
    )["WindowTaskId"]


def invocation(chance, kind):
    """Give what a task of a kind runs, and its invocation parameters, console leftovers among them."""
    secret = json.dumps({"key": CANARY, "n": chance.randint(0, 9), "text": 'with "quotes"\n and more\r\n'})
    if kind == "RUN_COMMAND":
        command = {"Comment": "", "TimeoutSeconds": 600, "Parameters": {"commands": [SCRIPT, "date"]}}
        return chance.choice(DOCUMENTS), {"RunCommand": command}
    if kind == "AUTOMATION":
        return "AWS-StopEC2Instance", {"Automation": {"Parameters": {"InstanceId": ["{{RESOURCE_ID}}"]}}}
    if kind == "LAMBDA":
        return FUNCTION, {"Lambda": {"Payload": secret.encode(), **maybe(chance, Qualifier="live")}}
    return MACHINE, {"StepFunctions": {"Input": secret, "Name": "run-{{INVOCATION_ID}}"}}


def maybe(chance, **fields):
    return {name: value for name, value in fields.items() if chance.random() < 0.5}
