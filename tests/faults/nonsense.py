"""Values that no task has, and tasks with such values in them. All from one seed, so every run sees the same ones."""

import datetime as dt
import decimal
from functools import cache
from random import Random

import pulumi
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.strategies import as_the_engine_sends, places, replaced, sloppily, tasks

from pulumi_ssm_maintenance.core.codec import UNKNOWN
from pulumi_ssm_maintenance.core.model import task_shape

_POOL = 300
_OUTSIDE_THE_MODEL = ("region", "adopt", "idempotency_key", "taskArn", "client_token", "arn", "window_task_id")
_HUGE = 50_000  # characters
_WIDE = 2_000  # items
_DEEP = 300  # deeper than anything can come over the wire

_TEXTS = (
    *("", " ", "\0", "\n", "\x1b[2J", "\x9b31m", "\u202e", "\u2028", "\ud800", "a\udfffb", "\ufeff", "e\u0301", "💥"),
    *("1", "-1", "1.5", "1e3", "NaN", "Infinity", "true", "null", "None", "100%", "101%", "١٢", "{{TARGET_ID}}", "{{"),
    *(
        "AWS-X",
        "arn:",
        "arn:aws:iam::1:role/x",
        "arn:aws:iam::111122223333:role/",
        "mw-",
        "LAMBDA",
        "lambda",
        "lambda_",
    ),
    *("{\n}", '{"a": NaN}', '{"a": 1}{', '"\ud800"', "a.b", "a[0]", 'a"b', "__proto__", "__class__", "window_ID"),
)
_PARTS = ("a", "1", " ", "{", "{{", "}}", "[", '{"a":', "\\", "\ud800", "é", "aA", "a_", "a:", "arn:", "a/", "%", "\n")
_ENDS = ("", "!", "}}")
_NUMBERS = (
    *(0, 1, -1, 2**31, -(2**63), 10**18, 10**5000, -(10**5000)),
    *(0.0, -0.0, 1.0, 1.5, 5e-324, 2.0**53, 1e308, float("inf"), float("-inf"), float("nan")),
)
_OTHER_TYPES = (
    *(b"", b"\xff", bytearray(b"a"), (), ("a",), {1, 2}, frozenset(), 1j, decimal.Decimal(1), object(), Ellipsis),
    *(dt.datetime(2030, 1, 1, tzinfo=dt.UTC), len, int, range(3), pulumi.StringAsset("a")),
    *(pulumi.FileAsset("no-such-file"), pulumi.AssetArchive({"a": pulumi.StringAsset("a")}), pulumi.FileArchive("no")),
)


def broken_tasks(seed):
    """Give tasks with nonsense in some of their places, without end."""
    random = Random(seed)
    while True:
        task, every_place = random.choice(_pool())
        # From the inside out, so that each place is still there when its turn comes.
        for place in sorted(
            random.sample(every_place, min(random.randint(1, 4), len(every_place))), key=len, reverse=True
        ):
            task = _broken(random, task, place)
        yield task


def places_of_every_kind():
    """Give a place of every kind that a task has, such as a value of a target, each with a task that has it."""
    arguments, found = set(_argument_names(task_shape())), {}
    for task, every_place in _pool():
        for place in every_place[1:]:
            kind = tuple(step if step in arguments else None for step in place)
            found.setdefault(kind, (task, place))
    return found.values()


def _argument_names(shape):
    for name, inner in shape.members.items():
        yield name
        yield from _argument_names(inner.shape)
    if shape.item:
        yield from _argument_names(shape.item)


@cache
def _pool():
    """Tasks to start from, as a sloppy program writes them, with all their places."""
    drawn = []

    @settings(max_examples=_POOL, database=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def draw(data):
        task = data.draw(tasks())
        written = as_the_engine_sends(data.draw(sloppily(task)))
        drawn.append((written, [(), *places(written)]))

    draw()
    return drawn


def _broken(random, task, place):
    value = task
    for step in place:
        value = value[step]
    way = random.random()
    if not place or (way < 0.3 and isinstance(value, dict)):
        return replaced(task, place, {**value, _name(random): nonsense(random)})
    if way < 0.4:
        return replaced(task, place, random.choice([[value], {"a": value}, [value] * 12]))
    return replaced(task, place, nonsense(random))


def _name(random):
    named = (*task_shape().members, *_OUTSIDE_THE_MODEL)
    name = random.choice(named) if random.random() < 0.5 else _text(random)
    # Names with two underscores are the engine's and our own: no program's value arrives under them.
    return name.lstrip("_")


def nonsense(random, depth=0):
    """Give one value, of any kind that Python has a name for."""
    simple = (_text, _text, _number, _other_type, _nothing_much, _unknown)
    makers = simple if depth > 3 else (*simple, *simple, _list, _list, _mapping, _mapping)
    return random.choice(makers)(random, depth)


def _unknown(_random, _depth):
    return UNKNOWN


def _nothing_much(random, _depth):
    return random.choice([None, True, False])


def _number(random, _depth):
    return random.choice(_NUMBERS)


def _other_type(random, _depth):
    return random.choice(_OTHER_TYPES) if random.random() < 0.9 else random.choice(list(extremes().values()))


def _list(random, depth):
    return [nonsense(random, depth + 1) for _ in range(random.randint(0, 4))]


def _mapping(random, depth):
    return {_name(random): nonsense(random, depth + 1) for _ in range(random.randint(0, 4))}


def _text(random, _depth=0):
    kind = random.random()
    if kind < 0.7:
        return random.choice(_TEXTS)
    return "".join(random.choices('aZ_-.:/%{}[]"\\ \n\0\x1bé💥\ud800', k=random.randint(1, 30)))


@cache
def extremes():
    """Give values that are long, wide or deep, by what they are."""
    texts = {
        f"{part!r} over and over, then {end!r}": part * (_HUGE // len(part)) + end for part in _PARTS for end in _ENDS
    }
    return {
        **texts,
        "a long list of text": ["a"] * _WIDE,
        "a long list of numbers": [1.5] * _WIDE,
        "a long list of mappings": [{"key": "InstanceIds", "values": ["i-1"]}] * _WIDE,
        "many strange names": {f"{number}": "a" for number in range(_WIDE)},
        "many names misspelt": {f"comment{number}": "a" for number in range(_WIDE)},
        "many names of control characters": {f"\0{number}": 1 for number in range(_WIDE)},
        "lists in lists": _nested(lambda inner: [inner]),
        "mappings in mappings": _nested(lambda inner: {"a": inner}),
    }


def _nested(around):
    value = "a"
    for _ in range(_DEEP):
        value = around(value)
    return value
