"""Components under mocks, and what they say while the program runs."""

import pulumi
import pytest
from tests.components.recorded_program import run


@pytest.fixture
def registered():
    """Runs a program under mocks; gives the resources that it registers, in a list."""
    return run


@pytest.fixture
def resources(registered):
    """Runs a program under mocks; gives the inputs of its resources by the last part of the type, and the name."""

    def by_kind(program, **settings):
        found = {}
        for resource in registered(program, **settings):
            found.setdefault(resource.type.rpartition(":")[2], {})[resource.name] = resource.inputs
        return found

    return by_kind


@pytest.fixture
def warnings(monkeypatch):
    """The warnings of the program, as a list that grows."""
    texts = []
    monkeypatch.setattr(pulumi.log, "warn", lambda message, *_, **__: texts.append(message))
    return texts
