"""A local AWS for the tests of the local AWS itself: one process, emptied for each test."""

import pytest

from pulumi_ssm_maintenance.testing import LocalAws


@pytest.fixture(scope="session")
def running():
    with LocalAws() as aws:
        yield aws


@pytest.fixture(scope="session")
def ssm_client(running):
    return running.client("ssm")


@pytest.fixture
def aws(running):
    running.reset()
    return running


@pytest.fixture
def ssm(aws, ssm_client):
    return ssm_client
