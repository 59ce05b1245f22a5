"""Arguments that take an id, a name or an ARN of AWS refuse a text that is none, with what is allowed."""

import pulumi
import pytest
from tests.components.minimal import MINIMAL

from pulumi_ssm_maintenance_components import (
    ArgumentError,
    AutomationRunbook,
    ChangeFreeze,
    LambdaTask,
    PatchingRun,
    RunCommandTask,
    StepFunctionTask,
    WindowAlerts,
)

ACCOUNT = "us-east-1:123456789012"
BASELINE = "pb-0123456789abcdef0"
TARGET = "e32eecb2-646c-4f4b-8ed1-205fb1234567"
TOPIC = f"arn:aws:sns:{ACCOUNT}:operations"
ROLE = "arn:aws:iam::123456789012:role/mine"
KEY = f"arn:aws:kms:{ACCOUNT}:key/12345678-1234-1234-1234-123456789012"
FUNCTION = f"arn:aws:lambda:{ACCOUNT}:function:report"
MACHINE = f"arn:aws:states:{ACCOUNT}:stateMachine:drain"
WINDOW = "mw-0123456789abcdef0"

# A component, an argument, what it takes, and what it refuses.
TABLE = [
    (PatchingRun, "window", [WINDOW], ["mw-1", "nightly"]),
    (PatchingRun, "baseline", [BASELINE, f"arn:aws:ssm:{ACCOUNT}:patchbaseline/{BASELINE}"], ["pb-1", "mine", TOPIC]),
    (PatchingRun, "baseline", [f"arn:aws-cn:ssm:cn-north-1:123456789012:patchbaseline/{BASELINE}"], ["arn:aws:ssm"]),
    (PatchingRun, "notify", [TOPIC], ["arn:", "operations", ROLE]),
    (PatchingRun, "notify", ["arn:aws-us-gov:sns:us-gov-west-1:123456789012:Ops_1"], [f"{TOPIC}:1c2d"]),
    (PatchingRun, "logs", [{"bucket": "Our_Logs"}, {"log_group": "ours#1"}], [{"bucket": "x"}, {"log_group": ""}]),
    (PatchingRun, "task_role", [ROLE], ["mine", TOPIC]),
    (PatchingRun, "kms_key", [KEY], ["alias/mine", ROLE]),
    (RunCommandTask, "window", [WINDOW], ["mw-1"]),
    (RunCommandTask, "targets", [[TARGET]], [["web"], [TARGET, "i-0123456789abcdef0"]]),
    (RunCommandTask, "notify", [TOPIC], ["arn:aws:sns:operations"]),
    (RunCommandTask, "logs", [{"log_group": "/ours"}, {"bucket": "our-logs"}], [{"log_group": TOPIC}]),
    (RunCommandTask, "logs", [{"bucket": "our.logs"}], [{"bucket": "arn:aws:s3:::our-logs"}, {"bucket": "s3://x"}]),
    (RunCommandTask, "task_role", [ROLE], [KEY]),
    (AutomationRunbook, "assume_role", [ROLE], ["mine"]),
    (LambdaTask, "function", [FUNCTION, "report"], [MACHINE, "my function"]),
    (StepFunctionTask, "state_machine", [MACHINE], [FUNCTION, "drain"]),
    (WindowAlerts, "windows", [[WINDOW]], [[WINDOW, "mw-1"]]),
    (WindowAlerts, "notify", [TOPIC], ["arn:aws:iam::123456789012:role/x"]),
    (ChangeFreeze, "windows", [{"night": WINDOW}], [{"night": "night"}]),
    (ChangeFreeze, "notify", [TOPIC], ["operations"]),
]


def made(kind, argument, value):
    """Make a component with one argument changed."""
    args = MINIMAL[kind] | {argument: value}
    if kind is PatchingRun and argument == "window":
        del args["schedule"]
    return kind("web", **args)


@pytest.mark.parametrize(("kind", "argument", "taken", "refused"), TABLE)
def test_a_text_that_is_no_id_of_this_kind_is_refused_with_what_is_allowed(kind, argument, taken, refused, registered):
    for value in taken:
        assert registered(lambda value=value: made(kind, argument, value))
    for value in refused:
        with pytest.raises(ArgumentError, match=rf"{kind.__name__} 'web': {argument}.*: got .*, allowed: "):
            registered(lambda value=value: made(kind, argument, value))


@pytest.mark.parametrize(
    ("kind", "argument", "value"),
    [
        (PatchingRun, "baseline", "a baseline"),
        (PatchingRun, "notify", "a topic"),
        (LambdaTask, "notify", "a topic"),
        (ChangeFreeze, "notify", "a topic"),
    ],
)
def test_an_output_passes_as_its_text_is_not_known_while_the_program_runs(kind, argument, value, registered):
    assert registered(lambda: made(kind, argument, pulumi.Output.from_input(value)))
