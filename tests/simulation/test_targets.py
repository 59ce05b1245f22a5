"""Which nodes a target finds, and what the night reports of the others."""

import pytest
from tests.simulation.nights import ON, PATCH_GROUP, command, details, group, ids, night_of, node, nodes, runbook

from pulumi_ssm_maintenance.simulation import Assumptions, Node, RehearsalError, Target

FLEET = [
    Node(ON(1), tags={"Stage": "prod", "OS": "linux"}, groups=["web"]),
    Node(ON(2), tags={"Stage": "test", "OS": "linux"}),
    Node(ON(3), tags={"Stage": "prod", "OS": "windows"}, groups=["web", "db"]),
    Node("mi-00000000000000004", tags={"Site": "hall"}, groups=["web"]),
]


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ({"tag:Stage": ["prod"]}, [1, 3]),
        ({"tag:Stage": ["prod", "test"]}, [1, 2, 3]),
        ({"tag:Stage": ["prod"], "tag:OS": ["linux"]}, [1]),
        ({"tag-key": ["Site", "OS"]}, [1, 2, 3, 4]),
        ({"resource-groups:Name": ["web"]}, [1, 3, 4]),
        ({"resource-groups:Name": ["web"], "resource-groups:ResourceTypeFilters": ["AWS::EC2::Instance"]}, [1, 3]),
        ({"resource-groups:ResourceTypeFilters": ["AWS::SSM::ManagedInstance"]}, [4]),
        ({"InstanceIds": [ON(3), ON(1)]}, [3, 1]),
    ],
)
def test_keys_must_all_match_and_values_are_alternatives(keys, found):
    night = night_of(command("patch", Target(keys)), FLEET)
    assert [int(it.node[-1]) for it in night.task("patch").nodes] == found
    assert sorted(int(it.node[-1]) for it in night.left_out) == sorted({1, 2, 3, 4} - set(found))


@pytest.mark.parametrize(("answer", "status"), [("success", "SUCCESS"), ("failed", "FAILED")])
@pytest.mark.parametrize("task", [command, runbook])
def test_a_task_that_finds_no_node_does_nothing_and_does_not_hold_up_the_next(task, answer, status):
    night = night_of(
        [task("typo", group("wed")), task("after", priority=1)], nodes(1), assume=Assumptions(no_targets=answer)
    )
    typo = night.task("typo")
    assert (typo.status, typo.status_details, typo.invocations) == (status, "No Invocations to Execute", [])
    assert details(night.task("after")) == ["Success"]


class TestStopped:
    def test_a_tag_does_not_find_a_stopped_node(self):
        night = night_of(command(), [node(1, stopped=True), node(2)])
        assert [it.node for it in night.task("patch").nodes] == [ON(2)]
        (left,) = night.left_out
        assert (left.node, left.task) == (ON(1), None)
        assert "stopped" in left.reason

    def test_a_tag_is_resolved_when_the_task_starts(self):
        tasks = [command("first", group("db")), command("patch", priority=1)]
        night = night_of(tasks, [node(1, stopped=[(0, 5)]), node(2, stopped=[(5, None)]), node(3, "db")])
        assert [it.node for it in night.task("patch").nodes] == [ON(1)]

    @pytest.mark.parametrize("target", [ids(ON(1)), Target({"resource-groups:Name": ["web"]})])
    def test_ids_and_resource_groups_find_a_stopped_node(self, target):
        night = night_of(command("patch", target), [Node(ON(1), groups=["web"], stopped=True)])
        assert details(night.task("patch")) == ["DeliveryTimedOut"]


def test_a_node_that_lost_its_connection_is_found_by_its_tag():
    assert details(night_of(command(), [node(1, offline=True)]).task("patch")) == ["DeliveryTimedOut"]


def test_a_tag_does_not_find_a_terminated_node_nor_one_without_an_agent():
    night = night_of(command(), [node(1, terminated=True), node(2, managed=False), node(3)])
    assert {it.node: it.reason for it in night.left_out} == {
        ON(1): "terminated",
        ON(2): "no managed node, so a tag does not find it",
    }


class TestFleet:
    def test_it_is_as_many_nodes_alike(self):
        fleet = Node.fleet(40, tags={PATCH_GROUP: "web"}, minutes=15, groups=["g"])
        assert len({it.id for it in fleet}) == 40
        assert {(it.tags[PATCH_GROUP], it.minutes, it.groups[0]) for it in fleet} == {("web", 15, "g")}

    def test_times_are_drawn_between_two_and_drawn_again_alike(self):
        fleet = Node.fleet(40, minutes=(5, 20), seed=3)
        assert all(5 <= it.minutes <= 20 for it in fleet)
        assert len({it.minutes for it in fleet}) > 20
        assert fleet == Node.fleet(40, minutes=(5, 20), seed=3)
        assert fleet != Node.fleet(40, minutes=(5, 20), seed=4)

    def test_fleets_with_other_tags_share_no_id(self):
        both = [*Node.fleet(9, tags={"a": "1"}), *Node.fleet(9, tags={"a": "2"})]
        assert len({it.id for it in both}) == 18


class TestBadInput:
    def test_two_nodes_with_one_id(self):
        with pytest.raises(RehearsalError, match=f"nodes: {ON(1)} is given twice"):
            night_of(command(), [node(1), node(2), node(1)])

    def test_a_period_that_ends_before_it_begins(self):
        with pytest.raises(RehearsalError, match="a period must end after it begins"):
            node(1, offline=[(5, 5)])


def test_what_a_node_does_may_depend_on_the_task():
    one = node(1, minutes={"patch": 20, "*": 3}, outcome={"check": "Failed"})
    night = night_of([command("shop-patch"), command("shop-check", priority=1)], [one])
    assert [(it.nodes[0].status, it.ended - it.started) for it in night.tasks] == [
        ("Success", night.tasks[0].ended - night.opened),
        ("Failed", (night.tasks[0].ended - night.opened) * 3 / 20),
    ]
