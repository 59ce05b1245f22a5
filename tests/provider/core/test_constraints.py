"""Bounds, enums and patterns of single values, against the model's own."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pulumi_ssm_maintenance.core.constraints import allows, describe, number_text, pattern_in_words, violation
from pulumi_ssm_maintenance.core.model import Shape, identifier_shape, task_shape


def shapes(shape, path):
    yield path, shape
    for name, inner in shape.members.items():
        yield from shapes(inner.shape, f"{path}.{name}")
    for part, mark in ((shape.item, "[]"), (shape.key, "{}")):
        if part:
            yield from shapes(part, f"{path}{mark}")


SHAPES = [pytest.param(shape, id=path) for path, shape in shapes(task_shape(), "task")]
PATTERNED = [param for param in SHAPES if param.values[0].pattern]
ENUMERATED = [param for param in SHAPES if param.values[0].enum]
BOUNDED = [param for param in SHAPES if param.values[0].minimum is not None or param.values[0].maximum is not None]


def reasons(shape, value, shown="it", *, hidden=False):
    return [] if allows(shape, value) else [violation(shape, value, shown, hidden=hidden)]


def sized(shape, size):
    """A value of a size, with nothing else wrong."""
    match shape.kind:
        case "string":
            return "x" * size
        case "blob":
            return b"x" * size
        case "list":
            return ["x"] * size
        case "map":
            return {str(n): "x" for n in range(size)}
    return size


@pytest.mark.parametrize("shape", PATTERNED)
@given(data=st.data())
def test_what_matches_the_models_pattern_is_taken(shape, data):
    text = data.draw(st.from_regex(shape.pattern, fullmatch=True))
    assume((shape.minimum or 0) <= len(text) <= (shape.maximum or len(text)))
    assert reasons(shape, text) == []


@pytest.mark.parametrize("shape", PATTERNED)
@given(data=st.data())
def test_what_does_not_match_the_models_pattern_is_refused(shape, data):
    sizes = {"min_size": shape.minimum or 0, "max_size": shape.maximum or 20}
    text = data.draw(st.text(**sizes) | st.text(" \n;0%", **sizes))
    assume(not shape.pattern.fullmatch(text))
    assert reasons(shape, text) == [f"got it, allowed is {pattern_in_words(shape)}"]


@pytest.mark.parametrize("shape", BOUNDED)
def test_the_models_bounds_are_taken_and_one_beyond_is_refused(shape):
    plain = Shape(shape.kind, minimum=shape.minimum, maximum=shape.maximum)
    inside = [size for size in (shape.minimum, shape.maximum) if size is not None]
    beyond = [shape.minimum - 1] if shape.minimum else []
    beyond += [shape.maximum + 1] if shape.maximum is not None else []
    assert [reasons(plain, sized(shape, size)) for size in inside] == [[]] * len(inside)
    assert all(len(reasons(plain, sized(shape, size))) == 1 for size in beyond)


@pytest.mark.parametrize("shape", ENUMERATED)
def test_the_models_enum_is_taken_and_nothing_else(shape):
    assert [reasons(shape, value) for value in shape.enum] == [[]] * len(shape.enum)
    assert all(reasons(shape, f"{value}_")[0].startswith("got it, allowed are ") for value in shape.enum)


@pytest.mark.parametrize(
    ("shape", "value", "reason"),
    [
        (Shape("string", minimum=3, maximum=128), "ab", "got 2 characters, allowed are 3 to 128"),
        (Shape("string", minimum=20, maximum=20), "ab", "got 2 characters, allowed are exactly 20"),
        (Shape("string", maximum=4), "abcde", "got 5 characters, allowed are at most 4"),
        (Shape("blob", maximum=4), "üüü".encode(), "got 6 bytes, allowed are at most 4"),
        (Shape("list", minimum=1, maximum=1), [], "got 0 items, allowed are exactly 1"),
        (Shape("list", minimum=1, maximum=1), ["a", "b"], "got 2 items, allowed are exactly 1"),
        (Shape("map", minimum=1, maximum=200), {}, "got 0 entries, allowed are 1 to 200"),
        (Shape("integer", minimum=0), -1, "got -1, allowed is at least 0"),
        (Shape("integer", minimum=30, maximum=2592000), 29, "got 29, allowed is 30 to 2592000"),
        (Shape("string", enum=("A", "B")), "c", "got 'shown', allowed are A, B"),
        (Shape("string", enum=("LAMBDA",)), "lamda", "got 'shown', allowed are LAMBDA (did you mean LAMBDA?)"),
        (Shape("string", pattern=re.compile("a+")), "ab", "got 'shown', allowed is what matches a+"),
        (Shape("string", minimum=1, maximum=9), "", "got 0 characters, allowed are 1 to 9; leave out what is empty"),
    ],
)
def test_a_reason_says_what_was_given_and_what_is_allowed(shape, value, reason):
    assert reasons(shape, value, "'shown'") == [reason]


@pytest.mark.parametrize("shape", PATTERNED)
def test_every_pattern_of_the_model_is_put_into_words(shape):
    assert pattern_in_words(shape)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("window_id", "mw-123", "got 'mw-123', allowed is mw- and 17 hex digits"),
        (
            "max_errors",
            "200%",
            """got '200%', allowed is a number such as "0", or a percentage from "0%" to "100%\"""",
        ),
        ("name", "a b", "got 'a b', allowed is 3 to 128 letters, digits, underscores, hyphens and dots"),
        ("name", "a" * 129, "allowed is 3 to 128 letters, digits, underscores, hyphens and dots"),
    ],
)
def test_a_pattern_is_described_in_words(name, value, reason):
    (found,) = reasons(task_shape().members[name].shape, value, repr(value))
    assert found.endswith(reason)


def test_a_number_that_aws_cannot_be_sent_is_refused():
    shape = task_shape().members["priority"].shape
    assert reasons(shape, 2**31 - 1) == []
    assert reasons(shape, 2**31) == ["got 2147483648, allowed is 0 to 2147483647"]
    assert reasons(shape, 10**20) == ["got 100000000000000000000, allowed is 0 to 2147483647"]


def test_a_pattern_anchored_in_one_alternative_only_counts_in_full():
    shape = task_shape().members["task_invocation_parameters"].shape.members["run_command"].shape
    version = shape.members["document_version"].shape
    assert reasons(version, "$LATEST") == reasons(version, "12") == []
    assert len(reasons(version, "x$LATESTx")) == 1


@given(st.uuids().map(str))
def test_a_window_target_is_named_by_a_uuid(target):
    assert reasons(identifier_shape("MaintenanceWindowTargetId"), target) == []


@pytest.mark.parametrize(
    ("value", "shown", "hidden"),
    [
        ("abc", "'abc'", "a string"),
        ("a\nb", r"'a\nb'", "a string"),
        ("x" * 99, f"'{'x' * 79}…", "a string"),
        (5.0, "a number 5", "a number"),
        (0.5, "a number 0.5", "a number"),
        (True, "a boolean True", "a boolean"),
        (["abc"], "a list", "a list"),
        (("abc",), "a list", "a list"),
        ({"a": "abc"}, "a mapping", "a mapping"),
        (None, "nothing", "nothing"),
        (b"abc", "a bytes", "a bytes"),
    ],
)
def test_a_value_is_described_by_itself_or_by_its_kind(value, shown, hidden):
    assert describe(value, hidden=False) == shown
    assert describe(value, hidden=True) == hidden


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (600.0, "600"),
        (111122223333.0, "111122223333"),
        (-1.0, "-1"),
        (0.1, "0.1"),
        (5, "5"),
        (1e300, "1e+300"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
    ],
)
def test_a_number_is_written_as_its_author_did(number, text):
    assert number_text(number) == text
