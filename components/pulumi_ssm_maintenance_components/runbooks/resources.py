"""What a runbook needs at AWS: the role that it runs as, its document, and an alert on runs that fail."""

from collections.abc import Mapping, Sequence

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance_components.alerts.rules import RuleAlarm, rule_alarm
from pulumi_ssm_maintenance_components.alerts.stop_alarm import AnyAlarm, alarm_name
from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.location import Location
from pulumi_ssm_maintenance_components.foundation.roles import Statement, allow, ssm_role

from .content import Runbook
from .steps import describe_alarm

# https://docs.aws.amazon.com/systems-manager/latest/userguide/reference-eventbridge-events.html
_DETAIL_TYPE = "EC2 Automation Execution Status-change Notification"
_BAD = ["Failed", "TimedOut", "Cancelled"]


def assume_role(  # noqa: PLR0913 - a role, and all that says what it may do
    component: Component,
    name: str,
    location: Location,
    runbook: Runbook,
    *,
    stop_on_alarm: AnyAlarm | None,
    statements: Sequence[Statement] = (),
    tags: Mapping[str, pulumi.Input[str]],
) -> pulumi.Output[str]:
    """Make the role that a runbook runs as, with what its steps need, and give its ARN.

    Args:
        component: the parent.
        name: the name of the component.
        location: where it lives.
        runbook: the runbook.
        stop_on_alarm: the alarm that stops its runs.
        statements: what comes on top.
        tags: its tags.
    """
    permits = dict.fromkeys(permit for step in runbook.steps for permit in step.permits)
    needed = [statement for permit in permits for statement in permit(location)]
    needed += [*_stopping_statements(location, stop_on_alarm), *statements]
    about = "What a maintenance runbook runs as"
    return ssm_role(component, f"{name}-assume-role", needed, tags=tags, description=about).arn


def runbook_document(
    component: Component,
    name: str,
    runbook: Runbook,
    role_arn: pulumi.Input[str],
    tags: Mapping[str, pulumi.Input[str]],
) -> aws.ssm.Document:
    """Make the document of a runbook."""
    return aws.ssm.Document(
        component.auto_named("document", f"{name}-runbook"),
        document_type="Automation",
        content=pulumi.Output.json_dumps(runbook.with_role(role_arn)),
        tags=tags,
        opts=component.child(),
    )


def runbook_alert(  # noqa: PLR0913, PLR0917 - an alert is made of just these
    component: Component,
    name: str,
    happening: str,
    document_names: Sequence[pulumi.Input[str]],
    topic_arn: pulumi.Input[str] | None,
    tags: Mapping[str, pulumi.Input[str]],
) -> RuleAlarm:
    """Make a rule and an alarm on runs of these runbooks that fail; the event names the run, and so step and node."""
    return rule_alarm(
        component,
        f"{name}-{happening}",
        pattern={
            "source": ["aws.ssm"],
            "detail-type": [_DETAIL_TYPE],
            "detail": {"Definition": list(document_names), "Status": _BAD},
        },
        topic_arn=topic_arn,
        description=f"{name}: a run of the runbook failed, took too long or was cancelled",
        tags=tags,
    )


def _stopping_statements(location: Location, alarm: AnyAlarm | None) -> list[Statement]:
    """Say what a runbook needs to look at the alarm that stops it.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/running-automations-safely-alarms.html
    """
    if alarm is None:
        return []
    stop = allow(["ssm:StopAutomationExecution"], [location.arn("ssm", "automation-execution/*")])
    return [*describe_alarm(alarm_name(alarm))(location), stop]
