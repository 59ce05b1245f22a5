"""Examples of patching runs, up in an AWS of their own, whose nights the tests rehearse."""

from datetime import UTC, datetime

import pytest

from pulumi_ssm_maintenance.testing import LocalAws
from pulumi_ssm_maintenance.testing.engine.stacks import LocalStack

_OPENING = datetime(2026, 12, 12, 1, tzinfo=UTC)
_TIMEOUTS = {"AWS-RunPatchBaseline": 7200}


@pytest.fixture(scope="module")
def rehearse(request, tmp_path_factory, _plugins_home):
    """Rehearses the window of the module's EXAMPLE; `rehearse.aws` is the AWS that it is deployed to."""
    example, folder = request.module.EXAMPLE, tmp_path_factory.mktemp("example")
    with LocalAws() as aws, LocalStack(example, folder=folder, env=aws.env, plugins_home=_plugins_home) as stack:
        stack.up()
        (window,) = aws.client("ssm").describe_maintenance_windows()["WindowIdentities"]

        def rehearse(*nodes, **circumstances):
            settings = {"at": _OPENING, "document_timeouts": _TIMEOUTS} | circumstances
            return aws.rehearse(window["WindowId"], nodes=nodes, **settings)

        rehearse.aws = aws
        yield rehearse
