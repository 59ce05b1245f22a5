"""The example with a stack for each account and region."""

import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest
from tests import soak

from pulumi_ssm_maintenance.testing.engine.installation import engine_environment

EXAMPLE = Path(__file__).parents[3] / "examples" / "several_accounts"
ACCOUNTS = ("111111111111", "222222222222", "333333333333", "444444444444")
REGIONS = ("us-east-1", "eu-west-1", "ap-southeast-2")


@pytest.fixture
def environment(local_aws, tmp_path, _plugins_home):
    """The environment of a user of the local AWS."""
    (tmp_path / "backend").mkdir()
    found = engine_environment(_plugins_home, tmp_path / "backend", local_aws.env)
    return found | {"PATH": f"{Path(sys.executable).parent}:{found['PATH']}"}


@pytest.mark.soak
def test_each_account_and_region_has_its_own_window_and_task(local_aws, tmp_path, environment, record_property):
    accounts, regions = (
        some[: soak.bound(name, short=2, long=len(some))]
        for name, some in (("ACCOUNTS", ACCOUNTS), ("REGIONS", REGIONS))
    )
    shutil.copytree(EXAMPLE, tmp_path / "program")
    places = [*(f"--account={one}" for one in accounts), *(f"--region={one}" for one in regions)]
    done = subprocess.run(
        [sys.executable, "deploy.py", "up", *places],
        cwd=tmp_path / "program",
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for account, region in product(accounts, regions):
        ssm = local_aws.client("ssm", region, account)
        (window,) = ssm.describe_maintenance_windows()["WindowIdentities"]
        assert len(ssm.describe_maintenance_window_tasks(WindowId=window["WindowId"])["Tasks"]) == 1
        soak.count(record_property, "stacks of several accounts deployed")
    assert local_aws.client("ssm").describe_maintenance_windows()["WindowIdentities"] == []
