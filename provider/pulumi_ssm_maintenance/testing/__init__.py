"""Test your own stacks: on the real engine and an AWS of this machine, without an account.

With pytest, use the fixtures `local_aws` and `local_stack`. https://docs.pytest.org/en/stable/explanation/fixtures.html
"""

from ._engine import EngineNotFoundError
from ._engine_events import Diagnostic, EngineError, OperationResult, Step
from ._engine_run import RunningOperation
from ._faults import Fault
from ._local_aws import LocalAws
from ._plugin_install import install_aws_plugin
from ._request_log import Request
from ._stacks import LocalStack

__all__ = [
    "Diagnostic",
    "EngineError",
    "EngineNotFoundError",
    "Fault",
    "LocalAws",
    "LocalStack",
    "OperationResult",
    "Request",
    "RunningOperation",
    "Step",
    "install_aws_plugin",
]
