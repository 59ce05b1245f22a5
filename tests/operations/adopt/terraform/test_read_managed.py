"""Windows of a Terraform state, as AWS holds them."""

import pytest
from tests.operations.adopt.terraform.states import TARGET, TASK, WINDOW, Instance, stored

from pulumi_ssm_maintenance.operations.adopt import UsageError, plan, program, read_managed, read_state

GONE = "mw-0123456789abcdef0"
STOPPED = "4f7ca192-7e9a-40fe-9192-5cb15efc1a3b"


@pytest.fixture
def add_target(ssm):
    def add(window, name):
        return ssm.register_target_with_maintenance_window(
            WindowId=window, Name=name, ResourceType="INSTANCE", Targets=[{"Key": "tag:Role", "Values": [name]}]
        )["WindowTargetId"]

    return add


def test_only_what_the_state_manages_is_adopted_and_the_rest_is_named(session, new_window, register, add_target):
    window, other = new_window("nightly"), new_window("by-hand")
    web, by_hand = add_target(window, "web"), add_target(window, "by-hand")
    patch = register(window, Name="patch", **targeting(web, by_hand))
    register(window, Name="extra", **targeting(web))
    state = read_state(
        stored(
            Instance(WINDOW, "main", window, module="module.night"),
            Instance(TARGET, "web", web, window),
            Instance(TASK, "patch", patch, window),
            Instance(TASK, "stopped", STOPPED, window),
            Instance(TASK, "elsewhere", "4f7ca192-7e9a-40fe-9192-5cb15efc1a3c", other),
            Instance(WINDOW, "gone", GONE),
        ),
        "state",
    )
    live = read_managed(session, state)
    assert live.notes == (
        f"aws_ssm_maintenance_window.gone ({GONE}) does not exist in us-east-1, and is left out",
        f"aws_ssm_maintenance_window_task.stopped ({STOPPED}) does not exist, and is left out",
        f"aws_ssm_maintenance_window_task.elsewhere belongs to {other}, which is not adopted, and is left out",
        f"target by-hand of nightly ({window}) is not in the state, and is left out",
        f"task extra of nightly ({window}) is not in the state, and is left out",
    )
    adoption = plan(live.windows, terraform=state)
    assert [one.name for one in adoption.windows] == ["night"]
    assert [one.name for one in adoption.tasks] == ["patch"]
    assert [one.address for one in adoption.in_terraform] == [
        "module.night.aws_ssm_maintenance_window.main",
        "aws_ssm_maintenance_window_target.web",
        "aws_ssm_maintenance_window_task.patch",
    ]
    text = program(adoption)
    assert f'# A target of the window that is not in this program.\n                "{by_hand}",' in text
    assert "web.id," in text


def targeting(*targets):
    return {
        "TaskType": "RUN_COMMAND",
        "TaskArn": "AWS-RunShellScript",
        "Targets": [{"Key": "WindowTargetIds", "Values": list(targets)}],
        "MaxConcurrency": "1",
        "MaxErrors": "0",
    }


def test_the_region_of_the_state_counts_where_it_names_one(session, local_aws):
    def window(region):
        return local_aws.client("ssm", region).create_maintenance_window(
            Name=region, Schedule="rate(1 day)", Duration=4, Cutoff=1, AllowUnassociatedTargets=True
        )["WindowId"]

    named, default = window("eu-west-1"), window("us-west-2")
    state = read_state(
        stored(
            Instance(WINDOW, "named", named, attributes={"region": "eu-west-1"}), Instance(WINDOW, "default", default)
        ),
        "state",
    )
    live = read_managed(session, state, "us-west-2")
    assert [(one.window_id, one.region) for one in live.windows] == [(named, "eu-west-1"), (default, "us-west-2")]


def test_a_state_of_another_account_is_refused_by_its_addresses(session):
    state = read_state(stored(Instance(WINDOW, "nightly", GONE)), "state")
    with pytest.raises(UsageError, match=r"aws_ssm_maintenance_window\.nightly does not exist in us-east-1\. Check"):
        read_managed(session, state)
