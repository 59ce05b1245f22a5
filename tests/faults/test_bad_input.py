"""Whatever a program hands over, check and diff answer: never an exception, always a path, never a second for it."""

import gc
import signal
from contextlib import contextmanager
from itertools import islice

import pulumi
import pytest
from botocore.validate import ParamValidator
from pulumi.output import Unknown
from tests import soak
from tests.botocore_model import service_model
from tests.faults.nonsense import broken_tasks, extremes, places_of_every_kind
from tests.strategies import replaced

from pulumi_ssm_maintenance import TaskProvider
from pulumi_ssm_maintenance._dynamic import task_provider
from pulumi_ssm_maintenance._dynamic.messages import Warnings
from pulumi_ssm_maintenance._dynamic.settings import Settings
from pulumi_ssm_maintenance.core.codec import UNKNOWN, encode
from pulumi_ssm_maintenance.core.model import REGISTER, task_shape
from pulumi_ssm_maintenance.lifecycle.plan import check, diff
from pulumi_ssm_maintenance.lifecycle.properties import COMPUTED, OWN_ARGUMENTS

SEED = 20_300_101
INPUTS = soak.bound("SOAK_INPUTS", short=10_000, long=200_000)
PARTS = 20
_SECONDS = 1
_SHOWN = 2000


def in_europe():
    return "eu-west-1"


@contextmanager
def watchdog():
    """Fail what takes more than a second of the processor's time for itself, in whatever it hangs.

    Without the garbage collector: how long that takes depends on what all earlier tests of the process have left.
    """

    def bark(*_):
        pytest.fail(f"took more than {_SECONDS} s")

    before = signal.signal(signal.SIGVTALRM, bark)
    gc.disable()
    signal.setitimer(signal.ITIMER_VIRTUAL, _SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        gc.enable()
        signal.signal(signal.SIGVTALRM, before)


@pytest.fixture
def provider(monkeypatch):
    monkeypatch.setattr(task_provider, "settings", Settings())
    monkeypatch.setattr(task_provider, "warnings", Warnings())
    monkeypatch.setattr(pulumi.log, "warn", lambda text: assert_reported(["task"], [text]))
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    return TaskProvider()


@pytest.mark.soak
@pytest.mark.parametrize("part", range(PARTS))
def test_nonsense_is_answered(provider, part, count):
    count("broken tasks, each checked and compared twice", INPUTS // PARTS)
    last = {}
    for task in islice(broken_tasks(SEED + part), INPUTS // PARTS):
        assert_answered(provider, last, task)
        last = task


@pytest.mark.parametrize("name", extremes())
def test_what_is_long_or_wide_or_deep_is_answered_in_every_place(provider, name):
    for task, place in places_of_every_kind():
        assert_answered(provider, task, replaced(task, place, extremes()[name]))


def assert_answered(provider, last, task):
    with watchdog():
        checked = check(task, in_europe)
    assert_reported([failure.path for failure in checked.failures], checked.failures + checked.warnings)
    if not checked.failures:
        assert_takeable(checked.inputs)
    with watchdog():
        changes = diff(last, task)
    assert set(changes.changed) <= {*task_shape().members, "region"}

    # The same by way of the provider, which the host calls.
    given, before = as_the_host_gives(task), as_the_host_gives(last)
    with watchdog():
        result = provider.check({}, given)
    assert [failure.property for failure in result.failures] == [""] * len(checked.failures)
    assert [failure.reason for failure in result.failures] == [str(failure) for failure in checked.failures]
    with watchdog():
        answer = provider.diff("id", before, given)
    assert (answer.changes, answer.replaces) == (bool(changes.changed), changes.replacing)


def assert_reported(paths, texts):
    """Demand that each failure says where, in one line that a terminal and the wire can take."""
    assert all(paths)
    for text in map(str, texts):
        assert text.isprintable(), text[:200]
        assert len(text) < _SHOWN, text[:200]


def assert_takeable(inputs):
    """Demand that botocore takes what check lets through."""
    arguments = {name: value for name, value in inputs.items() if name not in {*OWN_ARGUMENTS, *COMPUTED}}
    request, failures = encode(arguments)
    assert failures == []
    if not holds_unknown(request):
        report = ParamValidator().validate(request, service_model().operation_model(REGISTER).input_shape)
        assert not report.has_errors(), report.generate_report()


def holds_unknown(value):
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return value is UNKNOWN or any(map(holds_unknown, parts))


def as_the_host_gives(value):
    if value is UNKNOWN:
        return Unknown()
    if isinstance(value, dict):
        return {key: as_the_host_gives(part) for key, part in value.items()}
    return [as_the_host_gives(part) for part in value] if isinstance(value, list) else value
