import pytest
from tests.event_loops import own_event_loop
from tests.provider.mock_program import ProgramRunner


@pytest.fixture
def run():
    """Runs a program under Pulumi's mocks."""
    with own_event_loop():
        yield ProgramRunner()


@pytest.fixture
def run_preview():
    """Previews a program under Pulumi's mocks."""
    with own_event_loop():
        yield ProgramRunner(preview=True)
