"""The last good run is too old: told apart from a run that AWS no longer shows, and from one that could not be yet."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pulumi_ssm_maintenance.operations.live import read_windows
from pulumi_ssm_maintenance.operations.runs import history

NOW = datetime.now(UTC)
WEEKLY, MONTHLY = timedelta(days=8), timedelta(days=36)


@pytest.fixture
def is_too_old(session, new_window, local_aws):
    """Whether the last good run of a window of this age is older than it may be."""

    def read(max_age, *, made, ran=None):
        (window,) = read_windows(session, [new_window("patching", Schedule="at(2099-01-01T00:00:00)")]).windows
        if ran is not None:
            local_aws.rehearse(window.window_id, at=NOW - timedelta(days=ran))
        window = replace(window, fields={**window.fields, "CreatedDate": NOW - timedelta(days=made)})
        (found,) = history(session, [window], max_age=max_age, now=NOW).windows
        return found.too_old

    return read


def test_a_window_is_as_old_as_its_last_good_run(is_too_old):
    assert not is_too_old(WEEKLY, made=300, ran=7)
    assert is_too_old(WEEKLY, made=300, ran=9)


def test_a_window_that_never_ran_is_too_old_when_it_has_existed_for_as_long(is_too_old):
    assert not is_too_old(WEEKLY, made=7)
    assert is_too_old(WEEKLY, made=9)


def test_a_monthly_run_that_aws_no_longer_shows_is_not_too_old(is_too_old):
    assert not is_too_old(MONTHLY, made=300)
