"""MaintenanceWindow: its defaults, its checks, and what it says about itself."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.components.left_over import left_over

from pulumi_ssm_maintenance_components import ArgumentError, MaintenanceWindow, PatchTuesday, ScheduleError, Targets

EXAMPLE = Path(__file__).parents[3] / "examples" / "maintenance_window"
NIGHTLY = "cron(0 2 * * ? *)"


def window(resources, **args):
    found = resources(lambda: MaintenanceWindow("web", **{"schedule": NIGHTLY} | args))
    return found["MaintenanceWindow"]["web-window"]


def test_a_window_is_open_for_four_hours_in_utc_and_takes_registered_targets_only(resources):
    assert window(resources) == {
        "name": "shop-dev-web",
        "schedule": NIGHTLY,
        "scheduleTimezone": "UTC",
        "duration": 4,
        "cutoff": 1,
        "enabled": True,
        "allowUnassociatedTargets": False,
        "tags": {"project": "shop", "stack": "dev", "run": "web", "managed-by": "pulumi"},
    }


def test_the_offset_of_a_schedule_goes_into_a_field_of_its_own(resources):
    found = window(resources, schedule=PatchTuesday(offset_days=5, at="03:30"))
    assert (found["schedule"], found["scheduleOffset"]) == ("cron(30 3 ? * TUE#2 *)", 5)


def test_dates_are_sent_with_their_time_zone(resources):
    found = window(resources, start=datetime(2030, 1, 1, tzinfo=UTC), end=datetime(2031, 1, 1, tzinfo=UTC))
    assert (found["startDate"], found["endDate"]) == ("2030-01-01T00:00:00+00:00", "2031-01-01T00:00:00+00:00")


def test_tags_come_on_top_of_those_that_say_where_a_window_is_declared(resources):
    tags = window(resources, tags={"team": "operations", "stack": "mine"})["tags"]
    assert tags == {"project": "shop", "stack": "mine", "run": "web", "managed-by": "pulumi", "team": "operations"}


def test_two_stacks_have_windows_of_different_names(resources):
    def program():
        MaintenanceWindow("web", schedule=NIGHTLY)

    names = {resources(program, stack=stack)["MaintenanceWindow"]["web-window"]["name"] for stack in ("dev", "prod")}
    assert names == {"shop-dev-web", "shop-prod-web"}


def test_a_name_that_is_too_long_for_aws_keeps_its_head_and_differs_in_its_tail(resources):
    def program():
        MaintenanceWindow("x" * 150, schedule=NIGHTLY)
        MaintenanceWindow("x" * 151, schedule=NIGHTLY)

    names = {found["name"] for found in resources(program)["MaintenanceWindow"].values() if "name" in found}
    assert len(names) == 2
    assert all(len(name) == 128 and name.startswith("shop-dev-xxx") for name in names)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ({"duration": 25}, r"MaintenanceWindow 'web': duration: got 25, allowed: 1 to 24 hours"),
        ({"duration": 2, "cutoff": 2}, r"cutoff: got 2, allowed: 0 to 1 hours"),
        ({"duration": 1.5}, r"duration: got 1\.5"),
        ({"cutoff": -1}, r"cutoff: got -1"),
        ({"start": datetime(2030, 1, 1)}, r"with a time zone"),  # noqa: DTZ001 - just what is refused
        ({"window_name": "no spaces please"}, r"window_name: got 'no spaces please'"),
        ({"description": "x" * 129}, r"description: got .* allowed: 1 to 128 characters"),
        ({"timezon": "UTC"}, r"there is no argument 'timezon'; do you mean 'timezone'\?"),
    ],
)
def test_a_wrong_argument_is_refused_while_the_program_runs(registered, args, message):
    with pytest.raises(ArgumentError, match=message):
        registered(lambda: MaintenanceWindow("web", **{"schedule": NIGHTLY} | args))


def test_a_schedule_that_aws_would_refuse_is_refused_while_the_program_runs(registered):
    with pytest.raises(ScheduleError):
        registered(lambda: MaintenanceWindow("web", schedule="cron(0 2 * * *)"))
    with pytest.raises(ArgumentError, match="schedule is required"):
        registered(lambda: MaintenanceWindow("web"))


def test_all_mistakes_of_a_window_are_reported_at_once_by_its_name(registered):
    with pytest.raises(ArgumentError) as refused:
        registered(lambda: MaintenanceWindow("web", schedule="cron(0 2 * * * *)x", duration=25, window_name="a b"))
    lines = str(refused.value).splitlines()
    assert [line.split(": ")[0] for line in lines] == ["MaintenanceWindow 'web'"] * 3
    assert isinstance(refused.value, ScheduleError)


def test_what_aws_takes_though_it_is_odd_is_a_warning(registered, warnings):
    registered(lambda: MaintenanceWindow("web", schedule=NIGHTLY, timezone="Europe/Berlim"))
    assert any("Europe/Berlim" in warning for warning in warnings)


def test_a_window_whose_hour_the_clocks_skip_on_a_day_of_its_schedule_is_warned(registered, warnings):
    registered(lambda: MaintenanceWindow("web", schedule="cron(30 2 ? * SUN *)", timezone="Europe/Berlin"))
    (warning,) = warnings
    assert "the clocks of Europe/Berlin skip 02:30, so the window may not open on that day" in warning
    registered(lambda: MaintenanceWindow("web", schedule="cron(30 4 ? * SUN *)", timezone="Europe/Berlin"))
    registered(lambda: MaintenanceWindow("web", schedule="cron(30 2 ? * TUE#2 *)", timezone="Europe/Berlin"))
    assert len(warnings) == 1


def test_a_window_that_ends_before_the_clocks_skip_its_hour_is_not_warned(registered, warnings):
    nightly = {"schedule": "cron(30 2 * * ? *)", "timezone": "Europe/Berlin"}
    over = datetime.now(UTC).replace(month=2, day=1)
    registered(lambda: MaintenanceWindow("web", **nightly, start=over, end=over + timedelta(days=30)))
    registered(lambda: MaintenanceWindow("web", **nightly, start=datetime(2030, 4, 2, tzinfo=UTC)))
    (warning,) = warnings
    assert "on 2031-03-30 the clocks of Europe/Berlin skip 02:30" in warning


def test_a_window_says_in_words_and_in_dates_when_it_opens(registered):
    made = []
    args = {"schedule": PatchTuesday(offset_days=4), "timezone": "Europe/Berlin"}
    registered(lambda: made.append(MaintenanceWindow("web", **args)))
    assert made[0].describe().endswith("(Europe/Berlin)")
    runs = made[0].next_runs(2, after=datetime(2030, 1, 1, tzinfo=UTC))
    assert [run.isoformat() for run in runs] == ["2030-01-12T02:00:00+01:00", "2030-02-16T02:00:00+01:00"]


def test_the_example_comes_up_stays_as_it_is_and_leaves_nothing(local_aws, local_stack):
    stack = local_stack(EXAMPLE)
    stack.up()
    stack.expect_no_changes(refresh=True)
    windows = local_aws.client("ssm").describe_maintenance_windows()["WindowIdentities"]
    assert {window["Name"]: window["Enabled"] for window in windows} == {
        "maintenance-window-dev-monthly": True,
        "maintenance-window-dev-nightly": False,
    }
    assert stack.outputs["first_runs_of_2030"][0] == "2030-01-12T02:00:00+01:00"
    stack.destroy()
    assert not left_over(local_aws)


def test_another_duration_changes_the_window_and_not_what_is_bound_to_it(local_stack):
    def program(duration):
        def declare():
            window = MaintenanceWindow("web", schedule=NIGHTLY, duration=duration)
            targets = Targets.by_patch_group("web")
            targets.register("web", window.window_id, owner_information="web", opts=window.child())

        return declare

    stack = local_stack(program(2))
    stack.up()
    stack.program = program(5)
    changed = {(step.op, step.name) for step in stack.up().steps if step.op not in {"same", "read"}}
    assert changed == {("update", "web-window")}
    stack.expect_no_changes(refresh=True)
