"""A window in the local AWS, made by its API."""

import pytest

from pulumi_ssm_maintenance.testing import LocalAws


class Declared:
    """A window, and short words for what goes into it."""

    def __init__(self, aws):
        self.aws, self.ssm = aws, aws.client("ssm")
        self.id = self.ssm.create_maintenance_window(
            Name="nightly", Schedule="rate(1 day)", Duration=4, Cutoff=1, AllowUnassociatedTargets=True
        )["WindowId"]

    def target(self, *keys, owner="", type_="INSTANCE"):
        targets = [{"Key": key, "Values": values} for key, values in keys]
        more = {"OwnerInformation": owner} if owner else {}
        return self.ssm.register_target_with_maintenance_window(
            WindowId=self.id, ResourceType=type_, Targets=targets, **more
        )["WindowTargetId"]

    def task(self, name, target_ids=(), **more):
        usual = {"TaskType": "RUN_COMMAND", "TaskArn": "AWS-RunPatchBaseline", "Priority": 1}
        rates = {"MaxConcurrency": "1", "MaxErrors": "0"} if target_ids else {}
        targets = [{"Key": "WindowTargetIds", "Values": list(target_ids)}] if target_ids else []
        return self.ssm.register_task_with_maintenance_window(
            WindowId=self.id, Name=name, **usual | rates | ({"Targets": targets} if targets else {}) | more
        )["WindowTaskId"]

    def rehearse(self, *nodes, **circumstances):
        return self.aws.rehearse(self.id, nodes=nodes, **circumstances)


@pytest.fixture
def window(aws):
    return Declared(aws)


@pytest.fixture(scope="module")
def lasting_window():
    """A window in an AWS of its own, for tests that only read."""
    with LocalAws() as aws:
        yield Declared(aws)
