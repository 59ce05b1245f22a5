"""What is read from a Terraform state, and what is said of everything else."""

import json
import shlex

import pytest
from tests.operations.adopt.seeded import CANARY
from tests.operations.adopt.terraform.states import TARGET, TASK, WINDOW, Instance, shown, stored

from pulumi_ssm_maintenance.operations.adopt import UsageError, read_state
from pulumi_ssm_maintenance.operations.adopt.terraform import release_script

NIGHTLY = Instance(WINDOW, "nightly", "mw-1")
EVERYTHING = (
    NIGHTLY,
    Instance(TARGET, "web_nodes", "t-1", "mw-1"),
    Instance(TASK, "patch", "k-1", "mw-1", key=0),
    Instance(TASK, "patch", "k-2", "mw-1", key="linux/arm"),
    Instance(WINDOW, "this", "mw-2", module='module.patch["web"]', attributes={"region": "eu-west-1"}),
    Instance(TASK, "this", "k-3", "mw-2", module='module.patch["web"]', key=1),
    Instance(TASK, "scan", "k-4", "mw-2", module='module.a.module.b["x.y"]'),
    Instance(WINDOW, "this", "mw-3", key="it's"),
    Instance(WINDOW, "main", "mw-4"),
    Instance(WINDOW, "main", "mw-5", key=0),
)


@pytest.mark.parametrize("form", [stored, shown])
def test_addresses_give_ids_and_names_in_either_form(form):
    state = read_state(form(*EVERYTHING), "state")
    assert {(one.address, one.id, one.window_id, one.region) for one in state.resources} == {
        (one.address, one.id, one.window_id or one.id, one.attributes.get("region")) for one in EVERYTHING
    }
    assert state.names == {
        "mw-1": "nightly",
        "t-1": "web-nodes",
        "k-1": "patch-0",
        "k-2": "patch-linux-arm",
        "mw-2": "patch-web",
        "k-3": "patch-web-1",
        "k-4": "a-b-x.y-scan",
        "mw-3": "it-s",
        "mw-4": "main",
        "mw-5": "main-0",
    }
    assert state.notes == ()
    assert CANARY not in repr(state)


@pytest.mark.parametrize("form", [stored, shown])
def test_what_is_no_window_of_the_state_is_left_out(form):
    state = read_state(
        form(
            NIGHTLY,
            Instance(WINDOW, "looked_up", "mw-2", mode="data"),
            Instance(TASK, "patch", "k-1", "mw-1", deposed="0a1b2c3d"),
            Instance(TARGET, "tainted", None, "mw-1"),
            Instance("aws_iam_role", "maintenance", "maintenance"),
            Instance("aws_sns_topic", "alerts", "alerts"),
        ),
        "state",
    )
    assert [one.address for one in state.resources] == [NIGHTLY.address]
    assert state.notes == (
        "aws_ssm_maintenance_window_target.tainted has no id in state, and is left out",
        "resources of other types stay in Terraform: 2",
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "state is not JSON (line 1: Expecting value)"),
        ('{"version": 4,\n"', "state is not JSON (line 2: "),
        ("[" * 100_000, "state is not JSON (nested too deep)"),
        ('resource "aws_ssm_maintenance_window" "nightly" {}', "state is not JSON"),
        ("[]", "state is not a Terraform state"),
        ("4", "state is not a Terraform state"),
        ("{}", "it has neither version nor format_version"),
        (stored(NIGHTLY, version=3), "state has version 3, allowed is 4"),
        (stored(NIGHTLY, version="4"), "state has version '4', allowed is 4"),
        (shown(NIGHTLY, format_version="2.0"), "state has format_version '2.0', allowed are 0.x and 1.x"),
        (shown(NIGHTLY, planned_values={}, resource_changes=[]), "state is a plan"),
        (json.dumps({"encrypted_data": CANARY, "encryption_version": "v0"}), "state is encrypted. `tofu state pull`"),
        (stored(), "state manages no aws_ssm_maintenance_window"),
        (shown(), "state manages no aws_ssm_maintenance_window"),
        (json.dumps({"format_version": "1.0"}), "state manages no aws_ssm_maintenance_window"),
        (stored(Instance(TASK, "patch", "k-1", "mw-1")), "state manages no aws_ssm_maintenance_window"),
        (stored(NIGHTLY, resources=7), "state has not the shape of a Terraform state"),
        (stored(NIGHTLY, resources=["window"]), "state has not the shape of a Terraform state"),
        (stored(NIGHTLY, resources=[{"type": WINDOW}]), "state has not the shape of a Terraform state"),
        (shown(NIGHTLY, values=[]), "state manages no aws_ssm_maintenance_window"),
        (shown(NIGHTLY, values={"root_module": {"resources": [7]}}), "state has not the shape of a Terraform state"),
        (
            stored(NIGHTLY, Instance(WINDOW, "twin", "mw-1")),
            "has mw-1 twice, as aws_ssm_maintenance_window.nightly and as aws_ssm_maintenance_window.twin",
        ),
    ],
)
def test_anything_else_is_refused_by_what_it_is(text, problem):
    with pytest.raises(UsageError) as refused:
        read_state(text, "state")
    assert problem in str(refused.value)
    assert CANARY not in str(refused.value)


def test_the_script_releases_each_address_once():
    keys = Instance(TASK, "patch", "k-9", "mw-1", key='a "b" ${c} \\ ü', module="module.m[0]")
    script = release_script(read_state(stored(*EVERYTHING, keys), "state").resources)
    released = [shlex.split(line) for line in script.splitlines() if line.startswith("terraform")]
    assert [words[:3] for words in released] == [["terraform", "state", "rm"]] * 11
    assert [words[3] for words in released[:-1]] == [one.address for one in EVERYTHING]
    assert released[-1][3] == f'module.m[0].{TASK}.patch["a \\"b\\" $${{c}} \\\\ ü"]'
    blocks = [line.partition("= ")[2] for line in script.splitlines() if "from =" in line]
    assert blocks == [
        "aws_ssm_maintenance_window.nightly",
        "aws_ssm_maintenance_window_target.web_nodes",
        "aws_ssm_maintenance_window_task.patch",
        "module.patch.aws_ssm_maintenance_window.this",
        "module.patch.aws_ssm_maintenance_window_task.this",
        "module.a.module.b.aws_ssm_maintenance_window_task.scan",
        "aws_ssm_maintenance_window.this",
        "aws_ssm_maintenance_window.main",
        "module.m.aws_ssm_maintenance_window_task.patch",
    ]
