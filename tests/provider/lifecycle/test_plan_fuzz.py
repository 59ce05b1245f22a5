"""Whatever a program hands over: an answer, never an exception, and never a secret in it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.strategies import junk, places, replaced, tasks

from pulumi_ssm_maintenance.core.codec import UNKNOWN
from pulumi_ssm_maintenance.core.model import task_shape
from pulumi_ssm_maintenance.core.paths import covers, item, member
from pulumi_ssm_maintenance.core.secrecy import ALWAYS
from pulumi_ssm_maintenance.lifecycle.plan import check, diff
from pulumi_ssm_maintenance.lifecycle.properties import BOOKKEEPING

EXAMPLES = 300
NAMES = [*task_shape().members, "region", "adopt", "idempotency_key", "taskArn", "client_token"]
CANARY = "73195846"  # as text, and as digits of a number

# Names with two underscores are the engine's and our own: no program's value arrives under them.
names = st.sampled_from(NAMES) | st.text(max_size=9).filter(lambda name: not name.startswith("__"))
tasks_of_junk = st.dictionaries(names, junk | st.just(UNKNOWN), max_size=8)


def in_europe():
    return "eu-west-1"


def written(place):
    """A place inside a task, as failures name it."""
    path = ""
    for step in place:
        path = item(path, step) if isinstance(step, int) else member(path, step)
    return path


@settings(max_examples=EXAMPLES)
@given(tasks_of_junk)
def test_junk_is_refused_with_a_path(arguments):
    found = check(arguments, in_europe)
    assert all(failure.path and failure.reason for failure in found.failures)


@settings(max_examples=EXAMPLES // 3)
@given(st.data())
def test_junk_anywhere_inside_a_task_is_refused_with_a_path(data):
    task = data.draw(tasks())
    place = data.draw(st.sampled_from(list(places(task))))
    found = check(replaced(task, place, data.draw(junk)), in_europe)
    assert all(failure.path and failure.reason for failure in found.failures)


@settings(max_examples=EXAMPLES)
@given(tasks_of_junk, tasks_of_junk)
def test_junk_differs_from_junk_without_an_exception(olds, news):
    assert set(diff(olds, news).changed) <= {*task_shape().members, "region"}


canaries = st.sampled_from(
    [
        CANARY,
        f"arn:aws:iam::1:user/{CANARY}",
        f"tag:{CANARY}",
        f"{{{CANARY}",
        float(CANARY),
        -float(CANARY),
        float(CANARY) + 0.5,
        [CANARY],
        [[CANARY]],
        {"values": CANARY},
        {"nested": {"deeper": [float(CANARY)]}},
    ]
)


def sensitive_places(shape, value, place=()):
    """Places of a task that the model marks sensitive."""
    if shape is None:
        return
    if shape.sensitive:
        yield place
    if isinstance(value, dict):
        for name, part in value.items():
            inner = shape.members[name].shape if name in shape.members else shape.item
            yield from sensitive_places(inner, part, (*place, name))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from sensitive_places(shape.item, part, (*place, index))


@settings(max_examples=EXAMPLES // 3)
@given(st.data())
def test_no_failure_shows_a_value_that_the_model_marks_sensitive(data):
    task = data.draw(tasks())
    for place in list(sensitive_places(task_shape(), task)):
        if data.draw(st.booleans()) and place in set(places(task)):
            task = replaced(task, place, data.draw(canaries))
    found = check(task, in_europe)
    assert CANARY not in "\n".join(map(str, [*found.failures, *found.warnings]))


@settings(max_examples=EXAMPLES // 3)
@given(st.data())
def test_no_failure_shows_a_value_that_the_user_made_secret(data):
    task = data.draw(tasks())
    chosen = data.draw(st.lists(st.sampled_from(list(places(task))), min_size=1, max_size=4, unique=True))
    roots = [place for place in chosen if not covers(map(written, set(chosen) - {place}), written(place))]
    for place in roots:
        task = replaced(task, place, data.draw(canaries))
    bookkeeping = {"name": "task", "secrets": [written(place) for place in roots]}
    found = check({**task, BOOKKEEPING: bookkeeping}, in_europe)
    assert CANARY not in "\n".join(map(str, [*found.failures, *found.warnings]))


@pytest.mark.parametrize("path", ALWAYS)
def test_what_is_always_secret_is_sensitive_by_the_model_too(path):
    shape = task_shape()
    for name in path.split("."):
        shape = shape.members[name].shape
    assert shape.sensitive
