"""Adds PutCompositeAlarm to moto, which lists composite alarms and makes none. Their rules are not evaluated.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def make_composite_alarms() -> None:
    """Add the operation to moto's CloudWatch, once per process."""
    from moto.cloudwatch.responses import CloudWatchResponse  # noqa: PLC0415  # loading moto takes 0.5 s

    served: Any = CloudWatchResponse
    # An alarm with a rule is a composite one.
    served.put_composite_alarm = served.put_metric_alarm
