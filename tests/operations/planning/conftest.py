"""Windows that are planned, made in memory."""

from pulumi_ssm_maintenance.operations.planning import PlannedTarget, PlannedTask, PlannedWindow


def window(name="prod", *tasks, **fields):
    known = {"WindowId": f"mw-{name}", "Name": name, "Schedule": "cron(0 2 ? * SAT#2 *)", "Duration": 4, "Cutoff": 1}
    return PlannedWindow(name, known | fields, tasks, f"mw-{name}", "eu-central-1", "123456789012")


def target(name="web", **tags):
    keys = {f"tag:{key}": (value,) for key, value in (tags or {"Name": name}).items()}
    return PlannedTarget(name, keys, f"id-of-{name}")


def task(name="patch", *targets, **fields):
    known = {"type": "RUN_COMMAND", "arn": "AWS-RunPatchBaseline", "targets": targets}
    return PlannedTask(name, **(known | fields))
