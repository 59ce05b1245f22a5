"""What the tests of the simulation share: short words for windows, tasks and nodes."""

from datetime import UTC, datetime, timedelta

from pulumi_ssm_maintenance.simulation import Node, Target, Task, Window, simulate

OPENING = datetime(2026, 12, 12, 2, tzinfo=UTC)
PATCH_GROUP = "Patch Group"
ON = "i-{:017x}".format


def group(*names, **more):
    return Target({f"tag:{PATCH_GROUP}": names}, **more)


def ids(*node_ids):
    return Target({"InstanceIds": node_ids})


def node(number, name="web", **more):
    return Node(ON(number), tags={PATCH_GROUP: name}, **more)


def nodes(count, name="web", first=1, **more):
    return [node(number, name, **more) for number in range(first, first + count)]


def command(name="patch", *targets, **more):
    usual = {"max_concurrency": "1", "max_errors": "0"}
    return Task(name=name, **{"targets": targets or (group("web"),)} | usual | more)


def runbook(name="patch", *targets, **more):
    return command(name, *targets, **{"type": "AUTOMATION", "arn": "patch-a-node"} | more)


def night_of(tasks, given_nodes=(), *, duration=4, cutoff=1, at=OPENING, **circumstances):
    tasks = [tasks] if isinstance(tasks, Task) else tasks
    return simulate(Window(tasks=tasks, duration=duration, cutoff=cutoff), given_nodes, at=at, **circumstances)


def minute(when):
    """Minutes after the opening."""
    return None if when is None else (when - OPENING) / timedelta(minutes=1)


def span(record):
    return minute(record.started), minute(record.ended)


def details(run):
    return [it.status_details for it in run.nodes]
