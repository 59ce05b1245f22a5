"""Runs that should have been and were not: the schedule against the history."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pulumi_ssm_maintenance.operations.live import read_windows
from pulumi_ssm_maintenance.operations.runs import history

NOW = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def old_window(session, new_window):
    """A window that opens each night, and was made long ago."""

    def make(days=3, **fields):
        live = read_windows(session, [new_window("nightly", **({"Schedule": "cron(0 2 * * ? *)"} | fields))])
        (window,) = live.windows
        made = NOW - timedelta(days=days)
        return replace(window, fields={**window.fields, "CreatedDate": made, "ModifiedDate": made})

    return make


def test_each_opening_without_a_run_is_missed(session, old_window):
    (found,) = history(session, [old_window()], now=NOW).windows
    assert [f"{when:%d %H:%M}" for when in found.missed] == [
        f"{NOW - timedelta(days=days):%d} 02:00" for days in range(3)
    ]
    assert not found.is_sound


def test_an_opening_with_a_run_is_not_missed(session, old_window, local_aws):
    window = old_window(days=1)
    local_aws.rehearse(window.window_id, at=NOW.replace(hour=2))
    assert history(session, [window], now=NOW).windows[0].missed == ()


def test_openings_before_the_last_change_are_not_missed(session, new_window):
    live = read_windows(session, [new_window("nightly", Schedule="cron(0 2 * * ? *)")])
    assert history(session, live.windows, now=datetime.now(UTC)).windows[0].missed == ()


def test_a_disabled_window_misses_nothing(session, old_window, ssm):
    window = old_window()
    window = replace(window, fields={**window.fields, "Enabled": False})
    (found,) = history(session, [window], now=NOW).windows
    assert (found.missed, found.next, found.notes) == ((), None, ("is disabled",))


def test_a_rate_counts_back_from_the_next_opening(session, old_window):
    window = old_window(Schedule="rate(1 day)")
    following = NOW + timedelta(hours=6)
    window = replace(window, fields={**window.fields, "NextExecutionTime": following.isoformat()})
    (found,) = history(session, [window], now=NOW).windows
    assert found.missed == tuple(following - timedelta(days=days) for days in (1, 2, 3))
