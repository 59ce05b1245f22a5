"""The errors: one tree, as documented, whose texts suffice and survive a trip between processes."""

import pickle
import re

import pytest

from pulumi_ssm_maintenance import errors
from pulumi_ssm_maintenance.errors import SsmMaintenanceError, TaskError

FACTS = {
    "action": "update",
    "task": "mw-0123456789abcdef0/4f7ca192",
    "code": "DoesNotExistException",
    "detail": "No such task.",
    "next_step": "Run `pulumi refresh`.",
}


def direct(kind):
    # Other packages may stand on this tree; they document their own branches.
    return [other for other in kind.__subclasses__() if other.__module__ == errors.__name__]


def with_subclasses(kind):
    return [kind, *(deeper for other in direct(kind) for deeper in with_subclasses(other))]


def tree(kind, depth=0):
    return [(depth, kind.__name__), *(line for other in direct(kind) for line in tree(other, depth + 1))]


def made(kind):
    return kind(**FACTS) if issubclass(kind, TaskError) else kind("what is wrong")


def test_the_documented_tree_is_the_real_one():
    drawn = re.findall(r"^    ([│├└─ ]*)(\w+Error)\b", errors.__doc__, re.MULTILINE)
    assert [(len(lead) // 4, name) for lead, name in drawn] == tree(SsmMaintenanceError)


def test_every_error_of_the_module_is_in_the_tree():
    classes = {value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, Exception)}
    assert classes == set(with_subclasses(SsmMaintenanceError))


@pytest.mark.parametrize("kind", with_subclasses(SsmMaintenanceError), ids=lambda kind: kind.__name__)
def test_an_error_survives_pickle(kind):
    error = made(kind)
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), vars(again)) == (kind, str(error), vars(error))


@pytest.mark.parametrize("kind", with_subclasses(SsmMaintenanceError), ids=lambda kind: kind.__name__)
def test_an_error_with_a_note_survives_pickle(kind):
    error = made(kind)
    error.add_note("seen in the night")
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.__notes__) == (str(error), ["seen in the night"])


@pytest.mark.parametrize("kind", with_subclasses(SsmMaintenanceError), ids=lambda kind: kind.__name__)
def test_an_error_can_be_given_without_a_secret(kind):
    error = kind(**{**FACTS, "detail": "what is wrong"}) if issubclass(kind, TaskError) else made(kind)
    redacted = error.redacted(
        lambda text: text.replace("mw-0123456789abcdef0", "[secret]").replace("wrong", "[secret]")
    )
    assert type(redacted) is kind
    assert "[secret]" in str(redacted)
    assert "mw-0123456789abcdef0" not in str(redacted)


@pytest.mark.parametrize("kind", with_subclasses(TaskError), ids=lambda kind: kind.__name__)
def test_the_text_says_what_on_which_task_why_and_what_next(kind):
    assert str(made(kind)) == (
        "could not update maintenance window task mw-0123456789abcdef0/4f7ca192: DoesNotExistException: No such task."
        " Run `pulumi refresh`."
    )


@pytest.mark.parametrize("kind", with_subclasses(SsmMaintenanceError), ids=lambda kind: kind.__name__)
def test_every_error_says_when_it_is_raised(kind):
    assert kind.__doc__
