"""The deployer's policy, as the docs give it, against what the provider calls."""

import pytest

from pulumi_ssm_maintenance import MaintenanceWindowTask

# Checked by AWS while it does what the provider asks: no call of the provider's shows them.
CHECKED_BY_AWS = {"iam:PassRole", "iam:CreateServiceLinkedRole"}

REGISTER = "ssm:RegisterTaskWithMaintenanceWindow"
GET = "ssm:GetMaintenanceWindowTask"
UPDATE = "ssm:UpdateMaintenanceWindowTask"
DEREGISTER = "ssm:DeregisterTaskFromMaintenanceWindow"
WHO = "sts:GetCallerIdentity"


@pytest.fixture
def calls_of(local_aws, provider_actions):
    """Run something, and give the actions that the provider called for it."""

    def run(operation, **options):
        local_aws.clear_requests()
        operation(**options)
        return provider_actions()

    return run


@pytest.fixture
def found(ssm, as_request, automation):
    """A task that was registered by hand."""
    id_ = ssm.register_task_with_maintenance_window(**as_request(automation), Name="by-hand")["WindowTaskId"]
    return f"{automation['window_id']}/{id_}"


def test_each_operation_needs_what_the_docs_say_and_together_they_need_the_whole_policy(
    stack, calls_of, allowed_actions, automation, function, found
):
    declared = {"new": function, "adopted": {**automation, "adopt": found, "name": "ours"}}
    made = stack(lambda: [MaintenanceWindowTask(name, **task) for name, task in declared.items()] and None)
    needed = {
        "preview": calls_of(made.preview, diff=True),
        "create": calls_of(made.up),
        "nothing": calls_of(made.up),
        "refresh": calls_of(made.refresh),
    }
    declared["new"] = {**function, "name": "changed"}
    needed["update"] = calls_of(made.up)
    declared["new"] = {**automation, "name": "replaced"}
    needed["replace"] = calls_of(made.up)
    needed["destroy"] = calls_of(made.destroy)

    # Registered, destroyed and declared again: the token leads to a task that is gone.
    del declared["adopted"]
    needed["create again"] = calls_of(made.up)
    needed["destroy again"] = calls_of(made.destroy)
    assert needed == {
        "preview": set(),
        "create": {REGISTER, GET, UPDATE, WHO},
        "nothing": set(),
        "refresh": {GET},
        "update": {UPDATE},
        "replace": {REGISTER, GET, DEREGISTER, WHO},
        "destroy": {DEREGISTER},
        "create again": {REGISTER, GET, DEREGISTER, WHO},
        "destroy again": {DEREGISTER},
    }
    assert set().union(*needed.values()) - {WHO} == allowed_actions - CHECKED_BY_AWS


def test_a_lookup_needs_to_read(stack, calls_of, found):
    made = stack(lambda: MaintenanceWindowTask.get("found", found) and None)
    assert calls_of(made.preview) == {GET, WHO}
