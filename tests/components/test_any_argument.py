"""Whatever a program passes to a component or a maker, it gets resources, or one of our errors that names the place."""

import gc
import logging
import random
import traceback
from pathlib import Path

import pytest
from tests import soak
from tests.components.any_value import NUMBERS, OTHERS, TEXTS, AnyValue
from tests.components.minimal import MINIMAL
from tests.components.public_surface import arguments, makers
from tests.components.recorded_program import run_unread

import pulumi_ssm_maintenance_components as components
from pulumi_ssm_maintenance.errors import ArgumentError

SEED = 20_300_101
MIXED = soak.bound("SOAK_ARGUMENTS", short=600, long=60_000)
VALUES = soak.bound("SOAK_VALUES", short=12, long=1_000)
MAKERS = {maker.name: maker for maker in makers()}
_TOGETHER = 5  # attempts in one program
_LONGEST_LINE = 2000

# As Pulumi's language host does: a program that fails leaves outputs behind that nobody has looked at.
logging.getLogger("asyncio").setLevel(logging.CRITICAL)
pytestmark = [
    pytest.mark.soak,
    pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

KINDS = pytest.mark.parametrize("kind", MINIMAL, ids=lambda kind: kind.__name__)


@KINDS
def test_any_value_of_any_argument_is_answered(kind, record_property):
    attempts = [
        (f"{name}={label}", lambda number, name=name, make=make: component(kind, number, {name: make()}))
        for name in arguments(kind)
        for label, make in some_values(f"{kind.__name__}.{name}")
    ]
    soak.count(record_property, "components with any value as an argument", len(attempts))
    assert answered(attempts) == []


@KINDS
def test_arguments_of_about_the_right_types_are_answered(kind, record_property):
    times = MIXED // len(MINIMAL)
    soak.count(record_property, "components with arguments of about the right types", times)
    assert answered([(f"seed {number}", lambda n, seed=number: mixed(kind, n, seed)) for number in range(times)]) == []


@pytest.mark.parametrize("name", MAKERS)
def test_any_value_of_any_parameter_of_a_maker_is_answered(name, record_property):
    maker = MAKERS[name]
    attempts = [
        (f"{parameter}={label}", lambda _, parameter=parameter, make=make: called(maker, {parameter: make()}))
        for parameter in maker.hints
        for label, make in some_values(f"{name}.{parameter}")
    ]
    attempts += [(f"seed {number}", lambda _, seed=number: mixed_call(maker, seed)) for number in range(MIXED // 20)]
    soak.count(record_property, "calls of makers with any value", len(attempts))
    assert answered(attempts) == []


def some_values(place):
    """Some wrong values for an argument, others for each; all of them in the long form."""
    values = [*any_values()]
    return random.Random(place).sample(values, min(VALUES, len(values)))


def any_values():
    """Every wrong value, by what it is, as a function that makes it."""
    for number, value in enumerate((*TEXTS, *NUMBERS)):
        label = ascii(value)[:40] if isinstance(value, str | float) else f"number {number}"
        yield label, lambda value=value: value
    yield from OTHERS.items()


def component(kind, number, changes):
    """Make a component with some arguments changed."""
    return kind(f"web{number}", **MINIMAL[kind] | changes)


def mixed(kind, number, seed):
    """Make a component with arguments of about the right types."""
    values = AnyValue(random.Random(seed))
    changes = values.mapping(getattr(components, f"{kind.__name__}Args"))
    return kind(f"web{number}", **(MINIMAL[kind] if seed % 2 else {}) | changes)


def called(maker, changes):
    """Call a maker with values of about the right types, of which some are changed."""
    values = AnyValue(random.Random(SEED))
    required = {name: values.of(maker.hints[name]) for name in maker.required}
    changes = {name: [value] if name == maker.several else value for name, value in changes.items()}
    return maker.make(required | changes)


def mixed_call(maker, seed):
    values = AnyValue(random.Random(seed))
    return maker.make(
        {
            name: [values.of(hint, 1) for _ in range(seed % 3)] if name == maker.several else values.of(hint, 1)
            for name, hint in maker.hints.items()
            if name in maker.required or seed % 2
        }
    )


def answered(attempts):
    """Make attempts; return those that ended in anything but resources or a legible error of ours."""
    faults = []
    alone = [attempt for attempt in attempts if "an output of " in attempt[0]]  # Pulumi itself refuses some of them
    others = [attempt for attempt in attempts if "an output of " not in attempt[0]]
    batches = [others[start : start + _TOGETHER] for start in range(0, len(others), _TOGETHER)]
    for some in (*batches, *([attempt] for attempt in alone)):
        found = together(some)
        if found is None:  # an output failed after all arguments were accepted: look for whose it was
            found = [fault for attempt in some for fault in together([attempt]) or ()]
        faults += found
    gc.collect()  # so that what is left behind is not reported in a later test
    return faults


def together(attempts):
    """Make attempts in one program; None if it failed after them all, and it is not known which is to blame."""
    faults = []

    def program():
        for number, (label, attempt) in enumerate(attempts):
            try:
                attempt(number)
            except ArgumentError as error:
                faults.extend(f"{label}: {line[:200]!r}" for line in error.problems if not is_legible(line))
            except Exception as error:  # noqa: BLE001 - what no user should meet
                faults.append(f"{label}: {place_of(error)}: {type(error).__name__}: {error!s:.200}")

    try:
        run_unread(program, preview=len(attempts[0][0]) % 2 == 0)
    except ArgumentError:
        pass
    except Exception as error:  # noqa: BLE001 - what no user should meet
        if len(attempts) > 1:
            return None
        if not frames_of_ours(error):
            return []  # Pulumi refuses the content of an output, as it does for every resource
        faults.append(f"{attempts[0][0]}: later, {place_of(error)}: {type(error).__name__}: {error!s:.200}")
    return faults


def is_legible(line):
    return line.isprintable() and line.strip() and len(line) < _LONGEST_LINE


def place_of(error):
    """Say where an error comes from, so that a fault names a line."""
    frame = (frames_of_ours(error) or traceback.extract_tb(error.__traceback__))[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"


def frames_of_ours(error):
    return [it for it in traceback.extract_tb(error.__traceback__) if "pulumi_ssm_maintenance" in it.filename]
