"""Values that a program might pass by mistake: of any type, empty, huge, deep, known late, in pulumi_aws's shapes.

All come from a `Random`, so that the same seed gives the same values.
"""

import asyncio
import inspect
import typing
from collections import ChainMap, deque
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import IntEnum, StrEnum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin
from uuid import UUID

import pulumi
import pulumi_aws as aws
from tests.components.minimal import MINIMAL, WEB
from tests.components.public_surface import hints_of

from pulumi_ssm_maintenance_components import At, Cron, PatchRule, PatchTuesday, Rate, Schedule, Step, Targets

TEXTS = (
    *("", " ", "\0", "\ud800", "a\nb", "ü", "x" * 100_000, "a" * 65, "web-1", "../..", "/", "\\", "None", "null"),
    *("10%", "0", "-1", "101%", "600", "9" * 5000, "1e3", "NaN", "$LATEST", "2030-01-01", "2030-01-01T00:00"),
    *("cron(0 2 ? * SAT *)", "cron(", "rate(1 day)", "rate(٣ days)", "at(2030-07-07T15:55:00)", "at(9)", "02:00"),
    *("\U0001f680", "a\u2028b", "tag:Role", "aws:web", "scripts/check.py", "IST", "New York", "cron(0 22-2/2 * * ? *)"),
    *("GMT+2", "UTC+30", "Europe/Berlin", "Europe", "../etc/passwd", "a@b", "s3://lists/may.yaml"),
    *("mw-0123456789abcdef0", "mw-123", "i-0123456789abcdef0", "pb-0123456789abcdef0", "AWS-RunShellScript"),
    *("arn:", "arn:aws:iam::123456789012:role/x", "arn:aws:sns:us-east-1:123456789012:x", "arn:aws:lambda:::"),
    *("arn:aws:states:us-east-1:123456789012:stateMachine:x:1", "{{", "{{RESOURCE_ID}}", "{{INVOCATION_ID}}"),
    *('{"a": 1}', '{"a": NaN}', "[1]", "{", "[" * 5000, "- a\n  b: [", "a: &a\n  b: *a\n", "--- \n--- \n", "\t\n:"),
)
NUMBERS = (
    *(0, 1, -1, 2, 7, 24, 30, 90, 600, 4096, 2**31, 10**30, 10**400, -(10**5000), True, False),
    *(0.0, 1.5, 1e308, float("nan"), float("inf"), float("-inf"), 1j),
)


MOMENTS = (
    datetime(2030, 1, 1),  # noqa: DTZ001 - the mistake
    datetime(2030, 1, 1, tzinfo=UTC),
    datetime.min.replace(tzinfo=UTC),
    datetime.max.replace(tzinfo=UTC),
)
PATHS = (Path("no-such-folder"), Path("\0"), Path("x" * 5000), Path())


class Nested(list):
    """A list in itself, however deep it is looked into."""

    def __init__(self):
        super().__init__()
        self.append(self)


class Colour(StrEnum):
    """A text that is an enum too."""

    RED = "web"


class Count(IntEnum):
    """A number that is an enum too."""

    TWO = 2


@dataclass
class Data:
    """A dataclass with the keys of no argument."""

    name: str = "web"
    values: tuple[str, ...] = ("a", "b")


class Unwritable:
    """An object that cannot be shown."""

    def __repr__(self):
        raise RuntimeError("no text")


class Plain:
    """An object of which nobody knows anything."""


def _deep(around):
    value: Any = around("a")
    for _ in range(2000):
        value = around(value)
    return value


def _dict_in_itself():
    value: dict[str, Any] = {}
    value["a"] = value
    return value


def _dicts_in_each_other():
    one: dict[str, Any] = {}
    other: dict[str, Any] = {"a": one, "b": one}
    one.update(a=other, b=other)
    return one


def _target():
    return aws.ssm.MaintenanceWindowTargetTargetArgs(key="tag:Role", values=["web"])


def _awaitable():
    awaited = asyncio.get_event_loop().create_future()
    awaited.set_result("web")
    return awaited


def not_known():
    """An output that a preview does not know."""

    async def answer(value):
        return value

    return pulumi.Output(set(), answer(None), answer(False))  # noqa: FBT003 - as the SDK takes it


# Functions, since an output belongs to the program that makes it.
OTHERS = {
    "nothing": lambda: None,
    "bytes": lambda: b"\xff",
    "an empty list": list,
    "an empty tuple": lambda: (),
    "an empty dict": dict,
    "a set": lambda: {"web"},
    "a list of nothing": lambda: [None],
    "a list of lists": lambda: [[]],
    "a list of dicts": lambda: [{}],
    "a list of objects": lambda: [Plain()],
    "a list of one text": lambda: ["web"],
    "a list of equal texts": lambda: ["web", "web"],
    "a list of empty text": lambda: [""],
    "a wide list": lambda: ["web"] * 2000,
    "a deep list": lambda: _deep(lambda inner: [inner]),
    "a list in itself": Nested,
    "a dict of nothing": lambda: {"a": None},
    "a dict of text": lambda: {"a": "b"},
    "a dict of lists": lambda: {"a": ["b"]},
    "a dict of objects": lambda: {"a": Plain()},
    "a dict with other keys": lambda: {None: 1, 2: "a", ("b",): []},
    "a dict of several types": lambda: {"a": 1, "b": {"c": [1.5, True]}},
    "a wide dict": lambda: {str(number): "a" for number in range(2000)},
    "a deep dict": lambda: _deep(lambda inner: {"a": inner}),
    "a dict in itself": _dict_in_itself,
    "pulumi_aws's object": _target,
    "pulumi_aws's objects": lambda: [_target()],
    "pulumi_aws's parameters": lambda: [{"name": "commands", "values": ["date"]}],
    "pulumi_aws's targets": lambda: [{"key": "tag:Role", "values": ["web"]}],
    "an object": Plain,
    "an object that cannot be shown": Unwritable,
    "a text of an enum": lambda: Colour.RED,
    "a number of an enum": lambda: Count.TWO,
    "an enum": lambda: Colour,
    "a dataclass": Data,
    "a list of dataclasses": lambda: [Data()],
    "a frozen set": lambda: frozenset({"web"}),
    "a queue": lambda: deque(["web"]),
    "a byte array": lambda: bytearray(b"web"),
    "a view of bytes": lambda: memoryview(b"web"),
    "a generator": lambda: (name for name in ["web"]),
    "a coroutine function": lambda: not_known,
    "a decimal": lambda: Decimal("1.5"),
    "a uuid": lambda: UUID(int=1),
    "a chained map": lambda: ChainMap({"a": "b"}),
    "dicts in each other": _dicts_in_each_other,
    "half a pair in a list": lambda: ["\ud800"],
    "half a pair in a dict": lambda: {"\ud800": "\ud800"},
    "a class of schedules": lambda: PatchTuesday,
    "a method": lambda: Targets.by_tags,
    "a class": lambda: Targets,
    "a function": lambda: len,
    "a range": lambda: range(3),
    "an iterator": lambda: iter(["web"]),
    "an ellipsis": lambda: ...,
    "an error": lambda: ValueError("web"),
    "a moment without a zone": lambda: MOMENTS[0],
    "a moment": lambda: MOMENTS[1],
    "the first moment": lambda: MOMENTS[2],
    "the last moment": lambda: MOMENTS[3],
    "a day": lambda: date(2030, 1, 1),
    "a duration": lambda: timedelta(days=1),
    "a path": lambda: PATHS[0],
    "a path of zero": lambda: PATHS[1],
    "a long path": lambda: PATHS[2],
    "a folder": lambda: PATHS[3],
    "an asset": lambda: pulumi.FileAsset("no-such-file"),
    "options": pulumi.ResourceOptions,
    "targets": lambda: WEB,
    "a step": Step.snapshot,
    "a rule": PatchRule.security,
    "a schedule": lambda: Rate(1, "day"),
    "an output": lambda: pulumi.Output.from_input("web"),
    "an output of a number": lambda: pulumi.Output.from_input(5),
    "an output of nothing": lambda: pulumi.Output.from_input(None),
    "an output of a list": lambda: pulumi.Output.from_input(["web"]),
    "an output of a dict": lambda: pulumi.Output.from_input({"a": "b"}),
    "a secret": lambda: pulumi.Output.secret("web"),
    "an output that is not known": not_known,
    "an awaitable": _awaitable,
}


class AnyValue:
    """Makes values that look right to a degree: of the type that is asked for, with mistakes in it."""

    def __init__(self, random):
        self._random = random
        self._made = 0

    def wrong(self):
        """Give a value of any type."""
        values = self._random.choice([TEXTS, NUMBERS, OTHERS, OTHERS])
        return OTHERS[self._random.choice([*OTHERS])]() if values is OTHERS else self._random.choice(values)

    def of(self, hint, depth=0):
        """Give a value of a type, or another one."""
        if depth and self._random.random() < 0.15:
            return self.wrong()
        origin = get_origin(hint)
        if typing.is_typeddict(hint):
            return self.mapping(hint, depth)
        if origin in {pulumi.Output, Awaitable}:
            values = [*TEXTS, *NUMBERS[:5], None, ["web"], {"a": "b"}]
            return self._random.choice([not_known(), pulumi.Output.from_input(self._random.choice(values))])
        generic = {
            typing.Union: self._one_of,
            UnionType: self._one_of,
            typing.Required: self._one_of,
            Literal: lambda *values, **_: self._random.choice(values),
            Sequence: self._list,
            list: self._list,
            tuple: self._list,
            Mapping: self._dict,
            dict: self._dict,
        }
        return generic[origin](*get_args(hint), depth=depth) if origin in generic else self._plain(hint)

    def mapping(self, typed, depth=0):
        """Give a mapping with some of the keys of a type, and now and then one that it does not have."""
        keys = {
            key: self.of(hint, depth + 1)
            for key, hint in hints_of(typed).items()
            if key in typed.__required_keys__ or self._random.random() < 0.2
        }
        return keys | ({"nam": "x"} if self._random.random() < 0.05 else {})

    def _one_of(self, *hints, depth):
        return self.of(self._random.choice(hints), depth)

    def _list(self, hint, *_, depth):
        return [self.of(hint, depth + 1) for _ in range(self._random.choice([0, 1, 1, 2, 3]))]

    def _dict(self, key, value, *, depth):
        names = [self.of(key) for _ in range(self._random.randint(0, 3))]
        return {name: self.of(value, depth + 1) for name in names if isinstance(name, str)}

    def _plain(self, hint):
        choose = self._random.choice
        simple = {
            str: lambda: choose(TEXTS),
            int: lambda: choose(NUMBERS),
            float: lambda: choose(NUMBERS),
            bool: lambda: choose([True, False]),
            NoneType: lambda: None,
            Any: self.wrong,
            object: self.wrong,
            datetime: lambda: choose(MOMENTS),
            date: lambda: choose([*MOMENTS, date(2030, 1, 1)]),
            Path: lambda: choose(PATHS),
            Targets: lambda: choose([WEB, Targets.by_resource_group("fleet"), Targets.by_tag_keys("a")]),
            Step: lambda: choose([Step.snapshot(), Step.snapshot().always(), Step.script("x", "y")]),
            PatchRule: lambda: choose([PatchRule.all(), PatchRule.security(3), PatchRule.applications()]),
            Schedule: lambda: choose([Rate(3, "days"), PatchTuesday(), At("2030-01-01T00:00:00"), Cron("0 2 ? * 1 *")]),
        }
        if hint in simple:
            return simple[hint]()
        if hint in MINIMAL:
            return hint(self._name("theirs"), **MINIMAL[hint])
        if inspect.isclass(hint) and issubclass(hint, pulumi.CustomResource):
            return hint.get(self._name("theirs"), "an-id")
        return self.wrong()

    def _name(self, start):
        self._made += 1
        return f"{start}-{self._made}"
