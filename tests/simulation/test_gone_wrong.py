"""Nights that went wrong for others, replayed: each shows in the rehearsal what was a surprise on the morning after."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from tests.simulation.nights import ON, command, details, group, ids, minute, night_of, node, nodes, runbook, span

from pulumi_ssm_maintenance.schedules import parse_schedule
from pulumi_ssm_maintenance.simulation import Assumptions, Node, Target


def test_a_scheduler_stops_the_nodes_ten_minutes_into_the_patching():
    """The next opening of a window moves on as it opens, so a scheduler takes the window for over.

    https://github.com/aws-solutions/instance-scheduler-on-aws/issues/101
    """
    night = night_of(command(max_concurrency="50%"), nodes(4, minutes=30, stopped=[(10, None)]), assume=Assumptions())
    assert details(night.task("patch")) == ["DeliveryTimedOut"] * 4
    assert [it.started is not None for it in night.task("patch").nodes] == [True, True, False, False]
    assert (night.status, minute(night.ended)) == ("TIMED_OUT", 120)


def test_an_agent_does_not_come_up_after_the_patch_reboot():
    """https://github.com/aws/amazon-ssm-agent/issues/320."""
    night = night_of(command(timeout_seconds=600), [node(1, minutes=20, offline=[(15, None)]), node(2)])
    assert details(night.task("patch"))[0] == "DeliveryTimedOut"
    assert span(night.task("patch").nodes[0]) == (0, 70)


def test_patched_and_rebooted_fine_but_reported_as_failed_eats_the_error_budget():
    """https://github.com/aws/amazon-ssm-agent/issues/681."""
    night = night_of(command(max_errors="1"), [*nodes(2, outcome="Failed"), *nodes(8, first=3)])
    assert len(night.left_out) == 8
    assert night.status == "FAILED"


def test_an_apt_repository_that_is_down_fails_one_platform_and_stops_the_other():
    """https://github.com/aws/amazon-ssm-agent/issues/643."""
    mixed = [*nodes(3, outcome="Failed"), *nodes(7, first=4)]
    night = night_of(command(max_errors="10%"), mixed)
    assert [it.status_details for it in night.task("patch").nodes].count("Success") == 0
    apart = [command("ubuntu", group("ubuntu")), command("rhel", group("rhel"))]
    by_platform = night_of(apart, [*nodes(3, "ubuntu", outcome="Failed"), *nodes(7, "rhel", first=4)])
    assert by_platform.task("rhel").status == "SUCCESS"


def test_one_tolerated_error_lets_two_nodes_fail():
    """https://github.com/hashicorp/terraform-provider-aws/issues/32320."""
    night = night_of(command(max_errors="1"), nodes(5, outcome="Failed"))
    assert details(night.task("patch")).count("Failed") == 2
    strict = night_of(command(max_errors="1"), nodes(5, outcome="Failed"), assume=Assumptions(error_limit="reached"))
    assert details(strict.task("patch")).count("Failed") == 1


def test_the_whole_fleet_is_patched_before_the_first_health_check_fails():
    """https://jdheyburn.co.uk, where it is the reason for a runbook that patches and checks node by node."""
    fleet = nodes(6, outcome={"check": "Failed"})
    apart = night_of([command("patch", priority=10), command("check", priority=20)], fleet)
    assert details(apart.task("patch")) == ["Success"] * 6
    assert details(apart.task("check"))[0] == "Failed"
    together = night_of(runbook("patch-and-check"), nodes(6, outcome="Failed"))
    assert len([it for it in together.task("patch-and-check").nodes if it.started]) == 1


def test_stopped_nodes_by_tag_make_a_quiet_night_in_which_nothing_was_patched():
    """https://docs.aws.amazon.com/managedservices/latest/userguide/patching.html."""
    night = night_of(command(), nodes(3, stopped=True))
    assert (night.status, night.task("patch").status_details) == ("SUCCESS", "No Invocations to Execute")
    assert {it.reason for it in night.left_out} == {"stopped when the task began: a tag does not find a stopped node"}
    grouped = [Node(ON(number), groups=["web"], stopped=True) for number in (1, 2, 3)]
    by_group = night_of(command("patch", Target({"resource-groups:Name": ["web"]})), grouped)
    assert (by_group.status, len(by_group.left_out)) == ("TIMED_OUT", 3)


def test_one_terminated_id_refuses_the_command_for_everybody():
    """https://github.com/guardian/ssm-scala/issues/126."""
    night = night_of(command("patch", ids(ON(1), ON(2), ON(3))), [node(1), node(2)])
    assert night.status == "FAILED"
    assert [it.node for it in night.left_out] == [ON(1), ON(2), ON(3)]
    assert night.left_out[0].reason == f"the command was refused for all: {ON(3)} is terminated or unknown"


def test_a_typing_error_in_a_tag_patches_nobody_and_succeeds():
    night = night_of(command("patch", group("wbe")), nodes(3))
    assert night.status == "SUCCESS"
    assert {it.reason for it in night.left_out} == {"no target of the window matches it"}
    noticed = night_of(command("patch", group("wbe")), nodes(3), assume="all")
    assert [it.assumption for it in noticed.depends_on] == ["no_targets"]


def test_the_agent_is_updated_while_a_command_runs_whose_answer_is_lost():
    """https://github.com/aws/amazon-ssm-agent/issues/430."""
    tasks = [command("update-agent"), command("patch", max_errors="100%", timeout_seconds=600)]
    night = night_of(tasks, [node(1, minutes={"update-agent": 2, "patch": 30}, outcome={"patch": "Hangs"})])
    assert night.task("update-agent").status == "SUCCESS"
    assert (details(night.task("patch")), minute(night.ended)) == (["DeliveryTimedOut"], 70)


def test_a_stuck_node_blocks_the_night_for_an_hour_and_ten_minutes():
    """The time-out of the task bounds the delivery alone: the document's own comes on top of it."""
    night = night_of(
        [command(timeout_seconds=600), command("report", priority=1)], [node(1, outcome={"patch": "Hangs"})]
    )
    assert span(night.task("patch")) == (0, 70)
    assert span(night.task("report")) == (70, 80)


def test_a_window_by_utc_moves_by_an_hour_when_the_clocks_change():
    """https://github.com/aws-solutions/instance-scheduler-on-aws/issues/238."""
    schedule, berlin = parse_schedule("cron(0 1 ? * SUN *)"), ZoneInfo("Europe/Berlin")
    openings = schedule.next_runs(2, after=datetime(2026, 10, 17, tzinfo=berlin))
    nights = [night_of(command(), nodes(1), at=opening) for opening in openings]
    assert [it.opened.astimezone(berlin).hour for it in nights] == [3, 2]


@pytest.mark.parametrize(("month", "day", "closes"), [(3, 28, 6), (10, 31, 4)])
def test_a_window_lasts_its_hours_in_real_time_when_the_clocks_change(month, day, closes):
    berlin = ZoneInfo("Europe/Berlin")
    night = night_of(command(), nodes(1), at=datetime(2027, month, day, 1, tzinfo=berlin))
    assert night.end - night.opened == timedelta(hours=4)
    assert night.end.astimezone(berlin).hour == closes


def test_a_package_fails_and_a_reboot_is_due_so_the_node_reboots_and_still_fails():
    """https://github.com/aws/amazon-ssm-agent/issues/345."""
    night = night_of(command(), [node(1, minutes=20, offline=[(12, 15)], outcome="Failed")])
    assert (details(night.task("patch")), minute(night.ended)) == (["Failed"], 23)


def test_the_patch_reboot_ends_a_build_on_the_same_node():
    busy = node(1, minutes=20, offline=[(12, 15)], outcome={"build": "Failed"})
    night = night_of([command("patch"), command("build")], [busy])
    assert (night.task("patch").status, night.task("build").status, night.status) == ("SUCCESS", "FAILED", "FAILED")


def test_a_node_that_reboots_at_each_pass_is_busy_until_its_document_gives_up():
    """https://github.com/voxpupuli/puppet-patching_as_code/issues/15, with another tool."""
    night = night_of(command(execution_timeout_seconds=7200), [node(1, minutes=20 * 8)])
    assert (details(night.task("patch")), minute(night.ended)) == (["ExecutionTimedOut"], 120)
