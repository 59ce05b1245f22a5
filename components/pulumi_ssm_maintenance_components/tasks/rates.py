"""How many targets a task takes at once, and how many errors stop it."""

import re

from pulumi_ssm_maintenance_components.foundation.arguments import wrong

# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_RegisterTaskWithMaintenanceWindow.html
_CONCURRENCY = re.compile(r"[1-9][0-9]*|[1-9][0-9]?%|100%")
_ERRORS = re.compile(r"0|[1-9][0-9]*|[1-9]?[0-9]%|100%")


def demand_rates(where: str, max_concurrency: object, max_errors: object) -> None:
    """Demand rates as the API takes them.

    Raises:
        ArgumentError: a rate is no number and no share.
    """
    for name, form, given in (("max_concurrency", _CONCURRENCY, max_concurrency), ("max_errors", _ERRORS, max_errors)):
        if not isinstance(given, str) or not form.fullmatch(given):
            least = 0 if form is _ERRORS else 1
            raise wrong(where, name, given, f"a number as text, {least} or more, or a share from '{least}%' to '100%'")
