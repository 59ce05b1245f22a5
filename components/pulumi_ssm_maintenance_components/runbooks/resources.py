"""The AWS resources of a runbook: the role that it runs as, its document, and its rule and alarm on failures."""

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance_components.alerts.alarms import RuleAlarm, rule_alarm
from pulumi_ssm_maintenance_components.alerts.stop_alarm import AnyAlarm, alarm_name
from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.location import Location
from pulumi_ssm_maintenance_components.foundation.roles import Statement, allow, on_behalf_of, ssm_role

from .content import Runbook
from .steps import describe_alarm

# https://docs.aws.amazon.com/systems-manager/latest/userguide/reference-eventbridge-events.html
_DETAIL_TYPE = "EC2 Automation Execution Status-change Notification"
# The guide writes both `Canceled` and `Cancelled`. A rejected approval ends as `Rejected`.
_FAILURES = ["Failed", "TimedOut", "Canceled", "Cancelled", "Rejected"]


def assume_role(  # noqa: PLR0913 - one parameter for each part
    component: Component,
    name: str,
    location: Location,
    runbook: Runbook,
    *,
    stop_on_alarm: AnyAlarm | None,
    statements: Sequence[Statement] = (),
    tags: Mapping[str, pulumi.Input[str]],
) -> pulumi.Output[str]:
    """Create the role that a runbook runs as, with the permissions that its steps need. Return the ARN.

    Args:
        component: the parent.
        name: the name of the component.
        location: the account and region.
        runbook: the runbook.
        stop_on_alarm: the alarm that stops the task.
        statements: additional statements.
        tags: the tags of the role.
    """
    permits = dict.fromkeys(permit for step in runbook.steps for permit in step.permits)
    needed = [statement for permit in permits for statement in permit(location)]
    needed += [*_stopping_statements(location, stop_on_alarm), *statements]
    about = "What a maintenance runbook runs as"
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-setup-iam.html
    condition = on_behalf_of(location, location.arn("ssm", "automation-execution/*"))
    role = ssm_role(component, f"{name}-assume-role", needed, condition=condition, tags=tags, description=about)
    return role.arn


def runbook_document(
    component: Component,
    name: str,
    runbook: Runbook,
    role_arn: pulumi.Input[str],
    tags: Mapping[str, pulumi.Input[str]],
) -> aws.ssm.Document:
    """Create the document of a runbook."""
    return aws.ssm.Document(
        component.auto_named("document", f"{name}-runbook"),
        document_type="Automation",
        content=pulumi.Output.json_dumps(runbook.with_role(role_arn)),
        tags=tags,
        opts=component.child(),
    )


def runbook_alert(  # noqa: PLR0913, PLR0917 - one parameter for each part
    component: Component,
    name: str,
    event: str,
    document_names: Sequence[pulumi.Input[str]],
    topic_arn: pulumi.Input[str] | None,
    tags: Mapping[str, pulumi.Input[str]],
) -> RuleAlarm:
    """Create a rule and an alarm on failed runs of these runbooks. The event names the run, with its step and node."""
    return rule_alarm(
        component,
        f"{name}-{event}",
        pattern={
            "source": ["aws.ssm"],
            "detail-type": [_DETAIL_TYPE],
            "detail": {"Definition": list(document_names), "Status": _FAILURES},
        },
        topic_arn=topic_arn,
        description=f"{name}: a run of the runbook failed, took too long, was cancelled or rejected",
        tags=tags,
    )


def _stopping_statements(location: Location, alarm: AnyAlarm | None) -> list[Statement]:
    """Return the statements that a runbook needs to read the alarm that stops it.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/running-automations-safely-alarms.html
    """
    if alarm is None:
        return []
    stop = allow(["ssm:StopAutomationExecution"], [location.arn("ssm", "automation-execution/*")])
    return [*describe_alarm(alarm_name(alarm))(location), stop]
