"""The six fields of a cron expression, and how to read the values of one.

https://docs.aws.amazon.com/systems-manager/latest/userguide/reference-cron-and-rate-expressions.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ._errors import ScheduleError

_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_PART: Final = re.compile(r"(?:\*|(?P<first>[A-Z0-9]+)(?:-(?P<last>[A-Z0-9]+))?)(?:/(?P<step>[0-9]+))?")


@dataclass(frozen=True, slots=True)
class Field:
    """One of the six fields: its name in messages, its bounds, and the text that lists its allowed values."""

    name: str
    lowest: int
    highest: int
    allowed: str
    names: Mapping[str, int] = field(default_factory=dict)

    @property
    def all_values(self) -> tuple[int, ...]:
        """The values that `*` means."""
        return tuple(range(self.lowest, self.highest + 1))


MINUTES: Final = Field("minutes", 0, 59, "0-59 with , - * /")
HOURS: Final = Field("hours", 0, 23, "0-23 with , - * /")
DAY_OF_MONTH: Final = Field(
    "day-of-month", 1, 31, "1-31 with , - * /, or one alone of ?, L (last day), LW (last working day), 1W-31W (nearest)"
)
MONTH: Final = Field(
    "month", 1, 12, "1-12 or JAN-DEC with , - * /", {name: number for number, name in enumerate(_MONTHS, 1)}
)
DAY_OF_WEEK: Final = Field(
    "day-of-week",
    1,
    7,
    "1-7 (1 is Sunday) or SUN-SAT with , - * /, or one alone of ?, L (Saturday), 6L (last Friday),"
    " TUE#2 (second Tuesday; #1 to #5)",
    {name: number for number, name in enumerate(_WEEKDAYS, 1)},
)
YEAR: Final = Field("year", 1970, 2199, "1970-2199 with , - * /")

FIELDS: Final = (MINUTES, HOURS, DAY_OF_MONTH, MONTH, DAY_OF_WEEK, YEAR)


@dataclass(frozen=True, slots=True)
class Entry:
    """The text in one field of one schedule."""

    schedule: str
    field: Field
    text: str

    def values(self) -> tuple[int, ...]:
        """Expand lists, ranges and steps to numbers, in order."""
        return tuple(sorted({value for part in self.text.split(",") for value in self._part(part)}))

    def number(self, text: str) -> int:
        """Read a number, or a name such as `TUE`."""
        number = self.field.names.get(text) or (int(text) if text.isdecimal() else None)
        if number is None or not self.field.lowest <= number <= self.field.highest:
            raise self.refusal(text)
        return number

    def refusal(self, part: str, allowed: str | None = None) -> ScheduleError:
        """Make the error for a part of the entry that is not allowed."""
        given = part if part == self.text else f"{part} in {self.text}"
        return ScheduleError(
            schedule=self.schedule, field=self.field.name, given=given, allowed=allowed or self.field.allowed
        )

    def _part(self, part: str) -> range:
        found = _PART.fullmatch(part)
        if found is None:
            raise self.refusal(part)
        first = self.number(found["first"]) if found["first"] else self.field.lowest
        return range(first, self._last(part, first, found) + 1, self._step(part, found["step"]))

    def _last(self, part: str, first: int, found: re.Match[str]) -> int:
        if found["last"]:
            last = self.number(found["last"])
            if last < first:
                # AWS does not document whether a range may wrap around, as in SAT-MON.
                cure = (
                    self._values_over_the_end(first, last, found) or f"two halves instead, as in {self._halves(found)}"
                )
                raise self.refusal(part, f"a range that runs upwards; list the {cure}")
            return last
        open_ended = found["first"] is None or found["step"] is not None
        return self.field.highest if open_ended else first

    def _values_over_the_end(self, first: int, last: int, found: re.Match[str]) -> str | None:
        """List the values of a range with a step that runs over the end of its field; None for one without a step."""
        if not found["step"]:
            return None
        by_number = {number: name for name, number in self.field.names.items()}
        span = self.field.highest - self.field.lowest + 1
        numbers = range(first, last + span + 1, self._step(found[0], found["step"]))
        values = [(number - self.field.lowest) % span + self.field.lowest for number in numbers]
        names = [
            by_number.get(value, str(value)) if found["first"] in self.field.names else str(value) for value in values
        ]
        return f"values instead, as in {','.join(names)}"

    def _halves(self, found: re.Match[str]) -> str:
        """Write a range that runs over the end of its field as two: SAT-MON as SAT,SUN-MON."""
        by_number = {number: name for name, number in self.field.names.items()}
        lowest, highest = (
            by_number.get(bound, str(bound)) if found["first"] in self.field.names else str(bound)
            for bound in (self.field.lowest, self.field.highest)
        )
        first = found["first"] if found["first"] == highest else f"{found['first']}-{highest}"
        last = found["last"] if found["last"] == lowest else f"{lowest}-{found['last']}"
        return f"{first},{last}"

    def _step(self, part: str, step: str | None) -> int:
        longest = self.field.highest - self.field.lowest + (1 if self.field.lowest == 1 else 0)
        if step is not None and not 1 <= int(step) <= longest:
            raise self.refusal(part, f"a step from 1 to {longest}")
        return int(step or 1)
