"""Schedules of maintenance windows in plain Python: when a window opens, and when a change freeze keeps it shut."""

from ._errors import ScheduleError
from ._freeze_periods import FreezePeriod, Period, Switch, current_time, is_frozen, read_periods
from ._record import Record
from ._rounds import Room, room
from ._schedule import Schedule
from ._schedule_types import At, Cron, PatchTuesday, Rate, RateUnit, parse_schedule
from ._time_zones import timezone_warning

__all__ = [
    "At",
    "Cron",
    "FreezePeriod",
    "PatchTuesday",
    "Period",
    "Rate",
    "RateUnit",
    "Record",
    "Room",
    "Schedule",
    "ScheduleError",
    "Switch",
    "current_time",
    "is_frozen",
    "parse_schedule",
    "read_periods",
    "room",
    "timezone_warning",
]
