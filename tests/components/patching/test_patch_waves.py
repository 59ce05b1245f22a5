"""PatchWaves: the mapping of all environments, the calendar that comes of it, and one program with three stacks."""

import copy
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pulumi_ssm_maintenance_components import ArgumentError, PatchWaves, ScheduleError
from pulumi_ssm_maintenance_components.patching.environments.calendar import calendar, demand_no_overlap, promotion_gaps
from pulumi_ssm_maintenance_components.patching.environments.configuration import read_environments

EXAMPLE = Path(__file__).parents[3] / "examples" / "patch_waves"
NOW = datetime(2030, 1, 2, tzinfo=UTC)
PATCHING = {
    "defaults": {"timezone": "Europe/Berlin", "reboot": "NoReboot", "approve_after_days": 0},
    "environments": [
        {"name": "dev", "schedule": "cron(0 2 ? * TUE#2 *)", "targets": {"patch_group": "dev"}},
        {
            "name": "prod",
            "schedule": "cron(0 2 ? * TUE#2 *)",
            "offset_days": 6,
            "waves": [
                {"name": "canary", "targets": {"tags": {"Canary": ["yes", "true"]}}},
                {"name": "fleet", "targets": {"resource_group": "fleet"}, "max_errors": "5%"},
            ],
        },
    ],
}


def patching(*, dev=None, prod=None, **defaults):
    """The mapping, with some settings changed; None takes one away."""
    changed = copy.deepcopy(PATCHING)
    first, second = changed["environments"]
    for settings, changes in ((changed["defaults"], defaults), (first, dev or {}), (second, prod or {})):
        settings.update(changes)
        for key in [key for key, value in settings.items() if value is None]:
            del settings[key]
    return changed


def environments(**changes):
    return read_environments("PatchWaves", patching(**changes)).values()


def test_the_calendar_has_the_next_runs_of_all_environments_in_order():
    assert [run.describe() for run in calendar(environments(), 2, NOW)] == [
        "2030-01-08 02:00 Europe/Berlin: dev (all)",
        "2030-01-14 02:00 Europe/Berlin: prod (canary, then fleet)",
        "2030-02-12 02:00 Europe/Berlin: dev (all)",
        "2030-02-18 02:00 Europe/Berlin: prod (canary, then fleet)",
    ]


def test_the_calendar_leaves_out_what_is_switched_off_and_marks_what_is_frozen():
    freeze = [{"name": "audit", "start": "2030-01-14T00:00", "end": "2030-01-15T00:00"}]
    runs = calendar(environments(dev={"enabled": False}, prod={"freeze": freeze}), 2, NOW)
    assert [run.is_frozen for run in runs] == [True, False]
    assert runs[0].describe() == "2030-01-14 02:00 Europe/Berlin: prod (canary, then fleet), but frozen"


def test_windows_that_are_open_at_the_same_time_are_refused():
    with pytest.raises(ArgumentError, match=r"2030-01-08 05:00 .*: prod .* opens while 2030-01-08 02:00 .*: dev"):
        demand_no_overlap("w", environments(prod={"schedule": "cron(0 5 ? * TUE#2 *)", "offset_days": None}), NOW)


def test_overlaps_of_windows_in_different_time_zones_are_found():
    elsewhere = {"schedule": "cron(0 22 ? * MON#2 *)", "timezone": "America/New_York", "offset_days": None}
    # 22:00 in New York is 04:00 in Berlin, and the third Tuesday of January 2030 follows on the second Monday.
    with pytest.raises(ArgumentError, match="opens while"):
        demand_no_overlap("w", environments(prod=elsewhere, dev={"schedule": "cron(0 2 ? * TUE#3 *)"}), NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"prod": {"schedule": "cron(0 6 ? * TUE#2 *)", "offset_days": None}},
        {"prod": {"schedule": "cron(0 5 ? * TUE#2 *)", "offset_days": None}, "dev": {"duration": 3}},
        {"prod": {"schedule": "cron(0 5 ? * TUE#2 *)", "offset_days": None, "enabled": False}},
    ],
    ids=["one after the other", "a shorter one", "one that is off"],
)
def test_windows_that_are_not_open_at_the_same_time_are_fine(changes):
    demand_no_overlap("w", environments(**changes), NOW)


def test_with_equal_delays_a_later_environment_installs_what_was_released_in_between():
    (gap,) = promotion_gaps(environments(), NOW)
    assert (gap.environment, gap.before, gap.run) == ("prod", "dev", date(2030, 1, 14))
    assert (gap.seen_until, gap.installs_until) == (date(2030, 1, 8), date(2030, 1, 14))
    assert "released from 2030-01-09 to 2030-01-14" in gap.describe()
    assert "or 6 days later in prod" in gap.describe()


@pytest.mark.parametrize(
    "changes",
    [
        {"prod": {"approve_after_days": 6}},
        {"prod": {"approve_until_date": "2030-01-07"}, "dev": {"approve_until_date": "2030-01-07"}},
        {"prod": {"approve_until_date": "2030-01-07"}},
    ],
    ids=["as many days later", "one date", "a date before"],
)
def test_a_delay_or_a_date_closes_the_gap(changes):
    (gap,) = promotion_gaps(environments(**changes), NOW)
    assert gap.is_closed
    assert gap.describe() == "prod on 2030-01-14 installs nothing that dev has not had"


def test_an_environment_before_that_has_not_run_yet_has_tried_nothing():
    (gap,) = promotion_gaps(environments(dev={"schedule": "at(2030-06-01T02:00:00)"}), NOW)
    assert not gap.is_closed
    assert "it has no run before" in gap.describe()


def test_a_frozen_run_tries_nothing():
    freeze = [{"name": "audit", "start": "2030-01-07T00:00", "end": "2030-01-09T00:00"}]
    (gap,) = promotion_gaps(environments(dev={"freeze": freeze}), NOW)
    assert gap.seen_until == date(2029, 12, 11)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rebot": "NoReboot"}, r"patching\.defaults: there is no argument 'rebot'; do you mean 'reboot'"),
        ({"dev": {"target": {}}}, r"environments\[dev\]: there is no argument 'target'; do you mean 'targets'"),
        ({"dev": {"name": None}}, r"environments\[0\]: name is required"),
        ({"dev": {"duration": "4"}}, r"environments\[dev\]\.duration: got '4', allowed: a whole number"),
        ({"dev": {"enabled": 1}}, "enabled: got 1, allowed: True or False"),
        ({"dev": {"reboot": "Later"}}, "reboot: got 'Later', allowed: 'RebootIfNeeded' or 'NoReboot'"),
        ({"dev": {"freeze": [{"name": "x", "start": "2030-01-01"}]}}, r"freeze\[x\]: end is required"),
        ({"dev": {"notify": 5}}, "notify: got 5, allowed: True or False, text or a list of text"),
        (
            {"prod": {"waves": [{"name": "a", "targets": {"tags": {"k": 1}}}]}},
            r"tags\['k'\]: got 1, allowed: text or a list",
        ),
        ({"prod": {"waves": []}}, "waves: got {}, allowed: one wave or more"),
        ({"prod": {"targets": {"ids": ["i-1"]}}}, "either `targets`, for a single wave, or `waves`"),
        ({"dev": {"targets": None}}, "either `targets`, for a single wave, or `waves`"),
        ({"dev": {"targets": {"ids": ["i-1"], "tags": {}}}}, "one of tags, patch_group, ids and resource_group"),
        ({"dev": {"targets": {"ids": ["i-1"], "patch_group_key": "PatchGroup"}}}, "one of tags, patch_group, ids"),
        ({"dev": {"name": "prod"}}, "each with a different name"),
        ({"dev": {"schedule": None}}, "schedule is required, here or in the defaults"),
        ({"dev": {"schedule": "rate(7 days)"}}, "a rate counts from the creation of the window"),
        ({"dev": {"approve_until_date": "January"}}, "approve_until_date: got 'January', allowed: a day"),
    ],
)
def test_a_wrong_mapping_is_refused_with_its_place_and_what_is_allowed(changes, message, registered):
    with pytest.raises(ArgumentError, match=message):
        registered(lambda: PatchWaves("patching", patching=patching(**changes), environment="prod", now=NOW))


def test_a_key_without_a_value_is_as_if_it_were_not_there(resources):
    changed = copy.deepcopy(PATCHING)
    dev, prod = changed["environments"]
    changed["defaults"] |= {"freeze": None, "offset_days": None, "logs": {"bucket": None}}
    dev |= dict.fromkeys(("timezone", "waves", "freeze", "duration", "enabled", "approve_until_date", "notify"))
    prod |= {"targets": None, "max_errors": None}
    prod["waves"][0]["targets"] |= {"patch_group": None, "ids": None}
    prod["waves"][1]["max_concurrency"] = None
    for stack in ("dev", "prod"):
        plain = resources(lambda: PatchWaves("patching", patching=PATCHING, now=NOW), stack=stack)
        assert resources(lambda: PatchWaves("patching", patching=changed, now=NOW), stack=stack) == plain


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"dev": {"targets": {"patch_group": None}}}, "targets: got .., allowed: one of tags, patch_group"),
        ({"dev": {"targets": {"tags": {"Role": None}}}}, r"tags\['Role'\]: got None, allowed: text or a list of text"),
        ({"dev": {"targets": {"patch_group": [None]}}}, r"patch_group.0.: got None|patch_group: got .None."),
    ],
)
def test_targets_without_a_value_are_refused_by_their_place(registered, changes, message):
    with pytest.raises(ArgumentError, match=message):
        registered(lambda: PatchWaves("patching", patching=patching(**changes), now=NOW), stack="prod")


def test_defaults_without_a_value_are_none(resources):
    bare = {"defaults": None, "environments": [{**PATCHING["environments"][0], "reboot": "NoReboot"}]}
    made = resources(lambda: PatchWaves("patching", patching=bare, now=NOW), stack="dev")
    assert made["MaintenanceWindow"]["patching-window"]["scheduleTimezone"] == "UTC"


def test_a_schedule_that_aws_would_refuse_is_refused_in_every_stack(registered):
    changed = patching(dev={"schedule": "cron(0 25 ? * TUE *)"})
    with pytest.raises(ScheduleError, match="25"):
        registered(lambda: PatchWaves("patching", patching=changed, environment="prod", now=NOW))


def test_the_error_for_a_stack_that_is_no_environment_lists_the_environments(registered):
    with pytest.raises(
        ArgumentError, match="got 'prd', allowed: one of the configuration: dev, prod; do you mean 'prod'"
    ):
        registered(lambda: PatchWaves("patching", patching=PATCHING, now=NOW), stack="prd")


def test_a_stack_gets_the_run_of_its_environment_with_its_waves_in_order(resources):
    made = resources(lambda: PatchWaves("patching", patching=PATCHING, now=NOW), stack="prod")
    window = made["MaintenanceWindow"]["patching-window"]
    assert (window["schedule"], window["scheduleOffset"]) == ("cron(0 2 ? * TUE#2 *)", 6)
    tasks = made["MaintenanceWindowTask"]
    assert {name: (task["priority"], task["max_errors"]) for name, task in tasks.items()} == {
        "patching-canary": (10, "0"),
        "patching-fleet": (20, "5%"),
    }
    targets = {name: target["targets"] for name, target in made["MaintenanceWindowTarget"].items()}
    assert targets == {
        "patching-canary": [{"key": "tag:Canary", "values": ["yes", "true"]}],
        "patching-fleet": [{"key": "resource-groups:Name", "values": ["fleet"]}],
    }


def test_what_is_an_object_comes_on_top_of_the_mapping(resources):
    run = {"stop_on_alarm": "errors", "notify": False}
    made = resources(lambda: PatchWaves("patching", patching=PATCHING, run=run, now=NOW), stack="dev")
    assert made["MaintenanceWindowTask"]["patching-all"]["alarm_configuration"]["alarms"] == [{"name": "errors"}]
    assert "Topic" not in made


def test_an_environment_may_be_gated_approved_and_have_a_baseline(resources):
    settings = {
        "engine": "runbook",
        "snapshot": True,
        "approvers": ["ann"],
        "approval_timeout": 600,
        "baseline": "pb-0123456789abcdef0",
    }
    gated = patching(prod=settings | {"targets": {"patch_group": "prod"}, "waves": None})
    made = resources(lambda: PatchWaves("patching", patching=gated, now=NOW, tags={"team": "operations"}), stack="prod")
    types = {name: task["task_type"] for name, task in made["MaintenanceWindowTask"].items()}
    assert types == {"patching-all": "AUTOMATION", "patching-approval-task": "AUTOMATION"}
    assert [it["patchGroup"] for it in made["PatchGroup"].values()] == ["prod"]
    assert made["Role"]["patching-task-role"]["tags"]["team"] == "operations"


def test_only_the_stack_with_a_gap_is_warned(registered, warnings):
    for stack in ("dev", "prod"):
        registered(lambda: PatchWaves("patching", patching=PATCHING, now=NOW), stack=stack)
    (warning,) = (warning for warning in warnings if "never had" in warning)
    assert warning.startswith("prod on 2030-01-14 would install patches that dev never had")


def test_windows_that_overlap_fail_the_preview_of_every_stack(registered):
    overlapping = patching(prod={"schedule": "cron(0 5 ? * TUE#2 *)", "offset_days": None})
    for stack in ("dev", "prod"):
        with pytest.raises(ArgumentError, match="opens while"):
            registered(lambda: PatchWaves("patching", patching=overlapping, now=NOW), stack=stack)


def test_the_calendar_counts_with_the_hours_that_the_window_is_open(registered):
    made = []
    registered(lambda: made.append(PatchWaves("patching", patching=PATCHING, now=NOW)), stack="dev")
    run = made[0].calendar(1)[0]
    assert (run.closes - run.opens).total_seconds() == 3600 * made[0].run.window.duration


def test_one_program_patches_three_stacks_and_a_changed_wave_touches_its_stack_only(local_aws, local_stack, tmp_path):
    folder = tmp_path / "program"
    shutil.copytree(EXAMPLE, folder)
    stacks = {name: local_stack(folder, name=name) for name in ("dev", "test", "prod")}
    for stack in stacks.values():
        stack.up()
    windows = local_aws.client("ssm").describe_maintenance_windows()["WindowIdentities"]
    assert {window["Name"] for window in windows} == {f"patch-waves-{name}-patching" for name in stacks}

    project = folder / "Pulumi.yaml"
    project.write_text(project.read_text().replace("max_concurrency: 20%", "max_concurrency: 25%"))
    previewed = stacks["prod"].preview(diff=True)
    assert "calendar" not in previewed.output
    calendar = stacks["prod"].outputs["calendar"]
    assert any("dev (all)" in line for line in calendar)
    assert any("test (all)" in line for line in calendar)
    assert stacks["prod"].outputs["waves"]["canary"]["task_id"]
    assert [gap["environment"] for gap in stacks["prod"].outputs["gaps"]] == ["test", "prod"]
    assert previewed.changed == {"update": 1}
    stacks["prod"].up()
    stacks["prod"].expect_no_changes(refresh=True)
    stacks["dev"].expect_no_changes()

    for stack in stacks.values():
        stack.destroy()
    assert local_aws.client("ssm").describe_maintenance_windows()["WindowIdentities"] == []
    assert local_aws.client("iam").list_roles()["Roles"] == []
