import asyncio

import pytest
from tests.provider.mock_program import ProgramRunner


@pytest.fixture
def run():
    """Runs a program under Pulumi's mocks."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield ProgramRunner()
    loop.close()


@pytest.fixture
def run_preview():
    """Previews a program under Pulumi's mocks."""
    yield ProgramRunner(preview=True)
    asyncio.get_event_loop().close()
