"""Checks of a task's rates: how many targets run at once, and how many errors stop the task."""

import re
from collections.abc import Iterator

from pulumi_ssm_maintenance.errors import ArgumentError
from pulumi_ssm_maintenance_components.foundation.arguments import all_at_once, wrong

# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_RegisterTaskWithMaintenanceWindow.html
_CONCURRENCY = re.compile(r"[1-9][0-9]*|[1-9][0-9]?%|100%")
_ERRORS = re.compile(r"0|[1-9][0-9]*|[1-9]?[0-9]%|100%")
_LONGEST = 7


@all_at_once
def demand_rates(where: str, max_concurrency: object, max_errors: object, prefix: str = "") -> Iterator[ArgumentError]:
    """Demand rates that the API takes.

    Args:
        where: the component.
        max_concurrency: how many targets run at once.
        max_errors: how many errors stop the task.
        prefix: what the names of both arguments start with.

    Raises:
        ArgumentError: a rate is no number and no percentage; a line for each.
    """
    for name, form, rate in (("max_concurrency", _CONCURRENCY, max_concurrency), ("max_errors", _ERRORS, max_errors)):
        if not isinstance(rate, str) or len(rate) > _LONGEST or not form.fullmatch(rate):
            least = 0 if form is _ERRORS else 1
            allowed = f"a number as text, {least} or more, or a percentage from '{least}%' to '100%'"
            yield wrong(where, f"{prefix}{name}", rate, allowed)
