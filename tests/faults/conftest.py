"""Windows, and stacks whose tasks AWS must hold exactly."""

import functools

import pytest
from tests import soak
from tests.declared import as_held, held_tasks


@pytest.fixture
def ssm(local_aws):
    return local_aws.client("ssm")


@pytest.fixture
def new_window(ssm):
    """Make a window."""

    def make():
        return ssm.create_maintenance_window(
            Name="window", Schedule="rate(1 day)", Duration=4, Cutoff=1, AllowUnassociatedTargets=True
        )["WindowId"]

    return make


@pytest.fixture
def assert_exactly(ssm):
    """Demand that AWS holds what is declared and nothing else, that each state knows its own, and that all is done."""

    def check(windows, *deployments):
        at_aws = {id_: task for window in windows for id_, task in held_tasks(ssm, window).items()}
        known = []
        for stack, declared in deployments:
            ids = task_ids(stack)
            known += ids.values()
            assert {name: at_aws[id_] for name, id_ in ids.items()} == {k: as_held(v) for k, v in declared.items()}
        assert sorted(known) == sorted(at_aws)
        for stack, _ in deployments:
            if stack.resources:  # a stack that was destroyed would make itself again
                stack.expect_no_changes()

    return check


@pytest.fixture
def count(record_property):
    """Add to a line of the tally that stands below the results of a run."""
    return functools.partial(soak.count, record_property)


def task_ids(stack):
    """The ids of the tasks that the state knows, by their logical names."""
    tasks = [item for item in stack.resources if item["type"].endswith("MaintenanceWindowTask")]
    return {item["urn"].rpartition("::")[2]: item["id"] for item in tasks}
