"""Test your own stacks on the real Pulumi engine and a local AWS, without an account.

With pytest, use the fixtures `local_aws` and `local_stack`. https://docs.pytest.org/en/stable/explanation/fixtures.html
"""

from pulumi_ssm_maintenance.simulation import Assumptions, Node, Outcome, Rehearsal, RehearsalError

from .engine.events import Diagnostic, EngineError, OperationResult, Step
from .engine.installation import EngineNotFoundError
from .engine.plugin_install import install_aws_plugin
from .engine.run import RunningOperation
from .engine.stacks import LocalStack
from .local_aws.declared_window import DeclaredWindow
from .local_aws.faults import Fault
from .local_aws.local_aws import LocalAws
from .local_aws.request_log import Request

__all__ = [
    "Assumptions",
    "DeclaredWindow",
    "Diagnostic",
    "EngineError",
    "EngineNotFoundError",
    "Fault",
    "LocalAws",
    "LocalStack",
    "Node",
    "OperationResult",
    "Outcome",
    "Rehearsal",
    "RehearsalError",
    "Request",
    "RunningOperation",
    "Step",
    "install_aws_plugin",
]
