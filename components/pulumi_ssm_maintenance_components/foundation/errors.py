"""The error for several mistakes of which one is a wrong schedule."""

from typing import Any

from pulumi_ssm_maintenance.schedules import ScheduleError


class SeveralMistakesError(ScheduleError):
    """An `ArgumentError` in which one mistake is a schedule, so that `except ScheduleError` catches it too."""

    def __init__(self, problems: tuple[str, ...], schedule: ScheduleError) -> None:
        Exception.__init__(self, *problems)
        vars(self).update(vars(schedule))
        self._schedule = schedule

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problems, self._schedule), vars(self)
