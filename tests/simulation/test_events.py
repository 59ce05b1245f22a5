"""What EventBridge gets, and what a listener makes of it."""

from datetime import datetime, timedelta

import pytest
from tests.simulation.nights import ON, command, details, group, minute, night_of, node, nodes, runbook

from pulumi_ssm_maintenance.simulation import AlarmState, Message, RehearsalError, Window, simulate

RUN = "Maintenance Window Execution State-change Notification"
TASK = "Maintenance Window Task Execution State-change Notification"
TARGET = "Maintenance Window Task Target Invocation State-change Notification"


def of(night, detail_type):
    return [it.detail["status"] for it in night.events if it.detail_type == detail_type]


def test_a_command_causes_events_of_all_levels_the_innermost_first():
    night = night_of(command("patch", group("web", id="target-1", owner_information="web team")), nodes(1))
    assert of(night, RUN) == ["PENDING", "IN_PROGRESS", "SUCCESS"]
    assert of(night, TASK) == of(night, TARGET) == ["IN_PROGRESS", "SUCCESS"]
    assert of(night, "EC2 Command Status-change Notification") == ["InProgress", "Success"]
    assert of(night, "EC2 Command Invocation Status-change Notification") == ["InProgress", "Success"]
    assert [it.detail_type for it in night.events][-3:] == [TARGET, TASK, RUN]
    target = next(it for it in night.events if it.detail_type == TARGET)
    assert target.detail == {
        "start-time": "2026-12-12T02:00:00.000000Z",
        "window-id": night.window.id,
        "window-execution-id": night.id,
        "task-execution-id": night.task("patch").id,
        "window-target-id": "target-1",
        "owner-information": "web team",
        "status": "IN_PROGRESS",
    }
    assert target.resources == [f"arn:aws:ssm:us-east-1:123456789012:maintenancewindow/{night.window.id}"]
    assert "end-time" in night.events[-1].detail


def test_the_invocation_of_a_runbook_is_complete_whether_it_failed_or_not():
    night = night_of(runbook(), nodes(1, outcome="Failed"))
    assert of(night, TARGET) == ["IN_PROGRESS", "COMPLETE"]
    assert of(night, TASK) == ["IN_PROGRESS", "FAILED"]


def test_the_event_of_a_cancelled_node_uses_the_status_names_of_events():
    night = night_of(command(cutoff_behavior="CANCEL_TASK", execution_timeout_seconds=86_400), nodes(1, minutes=200))
    assert of(night, "EC2 Command Invocation Status-change Notification") == ["InProgress", "Canceled"]


def test_a_listener_sends_messages_and_has_alarms_go_off_that_stop_tasks():
    """The failure of the canary raises an alarm a minute later, and that alarm stops the fleet."""

    def listener(event):
        if event.detail.get("status") == "FAILED" and event.detail_type == TASK:
            yield Message(event.time, "arn:aws:sns:us-east-1:123456789012:alerts", None, "canary failed")
            yield AlarmState(event.time + timedelta(minutes=1), "run-failed", "ALARM")

    tasks = [command("canary", group("canary")), runbook("fleet", priority=1, alarm="run-failed")]
    fleet = [node(9, "canary", outcome="Failed"), *nodes(3, minutes=30)]
    night = night_of(tasks, fleet, alarms={"run-failed": []}, listener=listener)
    assert [it.body for it in night.messages] == ["canary failed"]
    assert [(minute(it.time), it.state) for it in night.alarms] == [(0, "OK"), (11, "ALARM")]
    assert details(night.task("fleet")) == ["Cancelled", "Pending", "Pending"]


def test_a_disabled_window_does_not_open():
    window = Window(tasks=[command()], enabled=False, name="nightly")
    with pytest.raises(RehearsalError, match="window 'nightly' is disabled"):
        simulate(window, nodes(1), at=datetime.now().astimezone())


def test_an_opening_needs_a_time_zone():
    with pytest.raises(RehearsalError, match="at: 2026-01-02T03:04:00 has no time zone"):
        night_of(command(), nodes(1), at=datetime(2026, 1, 2, 3, 4))  # noqa: DTZ001


def test_a_cutoff_as_long_as_the_window_is_refused():
    with pytest.raises(RehearsalError, match="cutoff 2 and duration 2"):
        night_of(command(), nodes(1), duration=2, cutoff=2)


def test_an_arn_follows_the_region():
    window = Window(tasks=[command()], region="cn-north-1", account_id="210987654321")
    night = simulate(window, [node(1)], at=datetime.now().astimezone())
    assert night.events[0].resources[0].startswith("arn:aws-cn:ssm:cn-north-1:210987654321:")
    assert ON(1) in str(night.events)
