"""Two patching runs of one program that would be in each other's way."""

import pytest

from pulumi_ssm_maintenance_components import MaintenanceWindow, PatchingRun, Targets

WINDOW = "mw-0123456789abcdef0"
WEB, DB = Targets.by_patch_group("web"), Targets.by_patch_group("db")
SATURDAY, SUNDAY = "cron(0 4 ? * SAT *)", "cron(0 4 ? * SUN *)"


def patch(name, **args):
    return PatchingRun(name, **{"targets": WEB, "reboot": "NoReboot"} | args)


@pytest.fixture
def warnings_of(registered, warnings):
    """What a program that declares these runs is warned of."""

    def declare(*runs):
        registered(lambda: [patch(name, **args) for name, args in runs])
        return warnings

    return declare


def test_two_runs_in_one_window_with_equal_priorities_run_at_the_same_time(warnings_of):
    (warning,) = warnings_of(("web", {"window": WINDOW}), ("db", {"window": WINDOW, "targets": DB}))
    assert warning.startswith("PatchingRun 'web' and PatchingRun 'db' have tasks of priority 10 in one window")
    assert "priority=100" in warning


def test_a_window_that_is_an_object_is_one_window_too(registered, warnings):
    def program():
        window = MaintenanceWindow("night", schedule=SATURDAY)
        for name in ("web", "db"):
            patch(name, window=window)

    registered(program)
    (warning,) = warnings
    assert "have tasks of priority 10 in one window" in warning


def test_runs_with_priorities_of_their_own_are_fine(warnings_of):
    assert not warnings_of(("web", {"window": WINDOW}), ("db", {"window": WINDOW, "targets": DB, "priority": 100}))


def test_runs_in_other_windows_are_fine(warnings_of):
    assert not warnings_of(("web", {"schedule": SATURDAY}), ("db", {"schedule": SATURDAY, "targets": DB}))


def test_two_windows_that_are_open_at_once_on_the_same_nodes_are_warned(warnings_of):
    later = {"schedule": "cron(0 6 ? * SAT *)"}
    (warning,) = warnings_of(("web", {"schedule": SATURDAY}), ("again", later))
    assert warning.startswith("PatchingRun 'web' and PatchingRun 'again' patch the same targets, and both windows are")
    assert "06:00 UTC" in warning


@pytest.mark.parametrize(
    "other",
    [
        {"schedule": SUNDAY},
        {"schedule": "cron(0 8 ? * SAT *)"},
        {"schedule": SATURDAY, "enabled": False},
        {"schedule": SATURDAY, "install": False},
        {"schedule": "rate(1 day)"},
    ],
)
def test_windows_that_do_not_overlap_or_change_nothing_are_fine(warnings_of, other):
    assert not warnings_of(("web", {"schedule": SATURDAY}), ("again", other))


def test_runs_of_another_program_do_not_count(warnings_of):
    assert not warnings_of(("web", {"window": WINDOW}))
    assert not warnings_of(("db", {"window": WINDOW}))
