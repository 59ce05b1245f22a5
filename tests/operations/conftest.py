"""A local AWS, and sessions that talk to it."""

from functools import partial

import boto3
import pytest
from tests.live_windows import create_window


@pytest.fixture
def ssm(local_aws):
    return local_aws.client("ssm")


@pytest.fixture
def session(local_aws, monkeypatch):
    for name, value in local_aws.env.items():
        monkeypatch.setenv(name, value)
    return boto3.Session(region_name="us-east-1")


@pytest.fixture
def new_window(ssm):
    return partial(create_window, ssm)


@pytest.fixture
def register(ssm):
    """Register a task, by default one that runs a command."""

    def by_hand(window, **fields):
        command = {
            "TaskType": "RUN_COMMAND",
            "TaskArn": "AWS-RunShellScript",
            "Targets": [{"Key": "InstanceIds", "Values": ["i-0123456789abcdef0"]}],
            "MaxConcurrency": "1",
            "MaxErrors": "0",
        }
        task = fields if "TaskType" in fields else command | fields
        return ssm.register_task_with_maintenance_window(WindowId=window, **task)["WindowTaskId"]

    return by_hand
