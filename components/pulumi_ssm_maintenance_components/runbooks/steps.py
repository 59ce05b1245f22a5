"""Steps of runbooks: what each does, and the permissions that it needs.

https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-actions.html
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance._calls import legible_calls
from pulumi_ssm_maintenance.errors import ArgumentError
from pulumi_ssm_maintenance_components.alerts.stop_alarm import AnyAlarm, alarm_name, check_alarm
from pulumi_ssm_maintenance_components.baselines.run_patch_baseline import Reboot, demand_reboot, patch_command
from pulumi_ssm_maintenance_components.foundation.arguments import Problems, all_at_once, check_fields, checked, wrong
from pulumi_ssm_maintenance_components.foundation.keys import AnyKey, check_key, key_arn, key_statements
from pulumi_ssm_maintenance_components.foundation.location import Location
from pulumi_ssm_maintenance_components.foundation.roles import (
    Statement,
    allow,
    lambda_statements,
    publish_statement,
    run_command_statements,
    wrong_statements,
)
from pulumi_ssm_maintenance_components.foundation.shown import shown
from pulumi_ssm_maintenance_components.tasks.lambda_function import check_function_name, function_arn

from .approvals import check_approval, demand_approval_topic
from .image_permissions import may_create_images, may_remove_images, may_tag_images
from .scripts import CHECK_PATCHES, REMOVE_IMAGES, TAG_IMAGE

__all__ = ["Step"]

NODE = "{{ InstanceId }}"
"""The parameter that contains the node, as a step uses it."""

SNAPSHOT_OF_WINDOW = "{{ WindowExecutionId }}"
"""The id of the patch snapshot that all nodes of a window share. Systems Manager uses the id of the window's execution
for a Run Command task; a runbook sends one command for each node, so it must pass the id."""

Permit = Callable[[Location], list[Statement]]

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,127}")
_HOUR = 3600
_RUNTIME = "python3.11"
# An invokeLambdaFunction step ends after five minutes, whatever the function does.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-lamb.html
_LONGEST_CALL = 300
_LONGEST_RETENTION = 36500  # a hundred years: Python cannot count back much longer
# https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-executeScript.html
_LONGEST_SCRIPT = 600
_WITHOUT_HANDLER = "PowerShell"  # the step does not support the input `Handler` for these runtimes
_FILE_NAME = re.compile(r"\S+\.(py|ps1)")


@legible_calls
@dataclass(frozen=True, slots=True)
class Step:
    """A step of a runbook, made by one of the class methods. Each step of a runbook needs another name."""

    HOW_TO_MAKE: ClassVar = "Step.script(…) or another of its class methods"

    name: str
    """A letter, then letters, digits and _, at most 128 characters."""
    action: str
    """The action of Systems Manager, such as `aws:runCommand`."""
    inputs: Mapping[str, Any]
    """The inputs of the action."""
    permits: tuple[Permit, ...] = ()
    """The statements that the role of the runbook needs, as functions of account and region."""
    timeout_seconds: int = _HOUR
    """How long the step may take, in seconds."""
    on_node: bool = False
    """Whether the step works on a node, so that the runbook needs targets."""
    is_cleanup: bool = field(default=False, kw_only=True)
    """Whether the step runs after a failure too."""
    in_window: bool = field(default=False, kw_only=True)
    """Whether the step needs the id of the window's execution."""

    def __post_init__(self) -> None:
        check_fields(self)
        check_step("Step", self.name, timeout_seconds=self.timeout_seconds)

    def always(self) -> "Step":
        """Return a clean-up step, which runs after the others even if one of them has failed."""
        return replace(self, is_cleanup=True)

    @classmethod
    @checked
    def approve(  # noqa: PLR0913 - one parameter for each part
        cls,
        name: str = "approve",
        *,
        topic_arn: pulumi.Input[str],
        approvers: Sequence[pulumi.Input[str]],
        message: str = "A maintenance runbook waits for your approval",
        required: int = 1,
        timeout_seconds: int = _HOUR,
        kms_key: AnyKey | None = None,
    ) -> "Step":
        """Wait until people approve. A runbook with targets asks once for each target.

        Args:
            name: the name of the step.
            topic_arn: the topic that asks the approvers. AWS demands that its name starts with `Automation`.
            approvers: IAM user names, or the ARNs of users and roles, at most 10.
            message: the text of the question, at most 4096 characters.
            required: how many of them must approve.
            timeout_seconds: how long the step waits before it fails, 1 to 2592000 seconds.
            kms_key: the KMS key of the topic, if it has one of your own: an `aws.kms.Key` or its ARN.
        """
        where = f"Step {shown(name)}"
        problems = Problems(where)
        problems.check(_check_name, where, name)
        problems.check(
            check_approval,
            where,
            topic_arn=topic_arn,
            approvers=approvers,
            message=message,
            required=required,
            timeout_seconds=timeout_seconds,
        )
        problems.check(check_key, where, {"kms_key": kms_key})
        problems.raise_all()
        inputs = {
            "NotificationArn": demand_approval_topic(where, "topic_arn", topic_arn),
            "Message": message,
            "MinRequiredApprovals": required,
            "Approvers": list(approvers),
        }

        def permit(_: Location) -> list[Statement]:
            return [publish_statement(topic_arn), *key_statements(key_arn(where, kms_key))]

        return cls(name, "aws:approve", inputs, (permit,), timeout_seconds)

    @classmethod
    @checked
    def alarm_guard(cls, name: str = "alarm_guard", *, alarm: AnyAlarm) -> "Step":
        """Fail if a metric alarm is in ALARM.

        Args:
            name: the name of the step.
            alarm: the alarm, or its name. A composite alarm is not supported: it would need access to all alarms.
        """
        problems = Problems(f"Step {shown(name)}")
        problems.check(_check_name, problems.where, name)
        problems.check(check_alarm, problems.where, "alarm", alarm)
        problems.raise_all()
        inputs = {
            "Service": "cloudwatch",
            "Api": "DescribeAlarms",
            "AlarmNames": [alarm_name(alarm)],
            "PropertySelector": "$.MetricAlarms[0].StateValue",
            "DesiredValues": ["OK", "INSUFFICIENT_DATA"],
        }
        return cls(name, "aws:assertAwsResourceProperty", inputs, (describe_alarm(alarm_name(alarm)),), 60)

    @classmethod
    @checked
    def snapshot(cls, name: str = "snapshot", *, timeout_seconds: int = _HOUR) -> "Step":
        """Create an image of the node, with snapshots of all its volumes, without a reboot, and wait for it.

        The image is named `<node>-<execution>`. It has no tags: `tag_image` adds some, and `remove_images` removes old
        images with a tag. EC2 instances only.
        """
        check_step(f"Step {shown(name)}", name, timeout_seconds=timeout_seconds)
        inputs = {
            "InstanceId": NODE,
            "ImageName": f"{NODE}-{{{{ automation:EXECUTION_ID }}}}",
            "ImageDescription": "Taken by a maintenance runbook",
            "NoReboot": True,
        }
        return cls(name, "aws:createImage", inputs, (may_create_images,), timeout_seconds, on_node=True)

    @classmethod
    @checked
    def tag_image(
        cls,
        name: str = "tag_image",
        *,
        tags: Mapping[str, pulumi.Input[str]],
        image: str = "{{ snapshot.ImageId }}",
    ) -> "Step":
        """Tag an image of a node and the snapshots of its volumes, so that `remove_images` finds them.

        Args:
            name: the name of the step.
            tags: the tags; `"{{ InstanceId }}"` as a value stands for the node.
            image: the id of the image. Default: that of an earlier step with the name `snapshot`.
        """
        if not tags:
            raise wrong(f"Step {shown(name)}", "tags", tags, "one tag or more")
        payload = {"ImageId": image, "Tags": dict(tags)}
        return cls.script(name, TAG_IMAGE, payload=payload, permits=(may_tag_images,))

    @classmethod
    @checked
    def remove_images(cls, name: str = "remove_images", *, tag_key: str, tag_value: str, retention_days: int) -> "Step":
        """Remove the images and snapshots of this account and region that have a tag and are too old.

        Run it once in a window, in a runbook without targets.

        Args:
            name: the name of the step.
            tag_key: the key of the tag.
            tag_value: the value of the tag.
            retention_days: how many days an image is kept, 1 to 36500.
        """
        where = f"Step {shown(name)}"
        for argument, text in (("tag_key", tag_key), ("tag_value", tag_value)):
            if not text:
                raise wrong(where, argument, text, "text, as the tag of the images to remove has it")
        check_retention(where, "retention_days", retention_days)
        payload = {"RetentionDays": retention_days, "TagKey": tag_key, "TagValue": tag_value}
        return cls.script(name, REMOVE_IMAGES, payload=payload, permits=(may_remove_images(tag_key, tag_value),))

    @classmethod
    @checked
    def run_patch(
        cls, name: str = "patch", *, reboot: Reboot | None = None, install: bool = True, timeout_seconds: int = _HOUR
    ) -> "Step":
        """Install missing patches on the node with `AWS-RunPatchBaseline`, or scan for them.

        Args:
            name: the name of the step.
            reboot: `RebootIfNeeded` or `NoReboot`; required to install.
            install: False for a scan.
            timeout_seconds: how long it may take, reboots included.
        """
        where = f"Step {shown(name)}"
        command = patch_command(where, install=install, hooks=None, install_override_list=None, baseline_override=None)
        problems = Problems(where)
        problems.check(check_step, where, name, timeout_seconds=timeout_seconds)
        if install:
            problems.check(demand_reboot, where, reboot)
        problems.raise_all()
        inputs = {
            "DocumentName": command.document,
            "InstanceIds": [NODE],
            "Parameters": {**command.parameters(reboot), "SnapshotId": [SNAPSHOT_OF_WINDOW]},
        }
        return cls(name, "aws:runCommand", inputs, (_patching,), timeout_seconds, on_node=True, in_window=True)

    @classmethod
    @checked
    def check_patches(
        cls, name: str = "check", *, reboot: str | None = None, has_override_list: bool = False
    ) -> "Step":
        """Fail if a patch of the node's baseline is missing, has failed, or waits for a reboot.

        Args:
            name: the name of the step.
            reboot: the reboot option, or a parameter of the runbook with it. With `NoReboot` the step fails only if a
                patch has failed, since installed patches count after a reboot and a scan.
            has_override_list: whether the patches came from an install override list. Compliance follows the baseline
                and not the list, so the step then ignores missing patches.
        """
        payload: dict[str, Any] = {"InstanceId": NODE, **({"RebootOption": reboot} if reboot else {})}
        if has_override_list:
            payload["HasOverrideList"] = True
        return cls.script(name, CHECK_PATCHES, payload=payload, on_node=True, permits=(_patch_states,))

    @classmethod
    @checked
    def script(  # noqa: PLR0913 - one parameter for each part
        cls,
        name: str,
        code: str | Path,
        *,
        handler: str = "handler",
        payload: Mapping[str, Any] | None = None,
        statements: Sequence[Statement] = (),
        runtime: str = _RUNTIME,
        timeout_seconds: int = 600,
        on_node: bool = False,
        permits: tuple[Permit, ...] = (),
    ) -> "Step":
        """Run a script at Systems Manager, not on a node.

        Args:
            name: the name of the step.
            code: the script, or the path of its file.
            handler: the function in the script that gets the payload and a context. PowerShell has none.
            payload: what the function gets; `"{{ InstanceId }}"` stands for the node.
            statements: the IAM policy statements that the script needs.
            runtime: one of Systems Manager's runtimes.
            timeout_seconds: how long the script may take, 1 to 600 seconds.
            on_node: whether the script works on a node, so that the runbook needs targets.
            permits: additional statements that depend on account and region.
        """
        where = f"Step {shown(name)}"
        problems = Problems(where)
        problems.check(_check_name, where, name)
        problems.check(_check_timeout, where, timeout_seconds, _LONGEST_SCRIPT, "AWS ends a script")
        has_handler = not runtime.startswith(_WITHOUT_HANDLER)
        problems.check(_check_script, where, handler if has_handler else None, statements)
        script = problems.check(_script, where, code)
        problems.raise_all()
        inputs = {
            "Runtime": runtime,
            **({"Handler": handler} if has_handler else {}),
            "Script": script,
            **({"InputPayload": dict(payload)} if payload else {}),
        }
        permits = (*permits, *([lambda _: list(statements)] if statements else []))
        return cls(name, "aws:executeScript", inputs, permits, timeout_seconds, on_node)

    @classmethod
    @checked
    def lambda_(
        cls,
        name: str,
        function: aws.lambda_.Function | pulumi.Input[str],
        *,
        payload: Mapping[str, Any] | None = None,
        qualifier: pulumi.Input[str] | None = None,
        timeout_seconds: int = _LONGEST_CALL,
    ) -> "Step":
        """Call a Lambda function and wait for its result.

        Args:
            name: the name of the step.
            function: the function, its name, or its ARN without a qualifier.
            payload: what the function gets; `"{{ InstanceId }}"` stands for the node.
            qualifier: a version or an alias.
            timeout_seconds: how long the call may take, 1 to 300 seconds.
        """
        where = f"Step {shown(name)}"
        problems = Problems(where)
        problems.check(_check_name, where, name)
        problems.check(_check_timeout, where, timeout_seconds, _LONGEST_CALL, "AWS ends a call")
        problems.check(check_function_name, where, function)
        problems.raise_all()
        called = function.arn if isinstance(function, aws.lambda_.Function) else function
        inputs = {
            "FunctionName": called,
            "InvocationType": "RequestResponse",
            **({"Payload": pulumi.Output.json_dumps(dict(payload))} if payload else {}),
            **({"Qualifier": qualifier} if qualifier else {}),
        }
        permits = (lambda location: lambda_statements(function_arn(where, location, called), qualifier),)
        return cls(name, "aws:invokeLambdaFunction", inputs, permits, timeout_seconds)

    @classmethod
    @checked
    def snapshot_patch_check(cls, *, reboot: Reboot, timeout_seconds: int = _HOUR) -> list["Step"]:
        """Return the usual steps: an image of the node, the installation of patches, and a check that none is missing.

        Args:
            reboot: `RebootIfNeeded` or `NoReboot`; with `NoReboot` the check fails only if a patch has failed.
            timeout_seconds: how long the image and the installation may take, each, in seconds.
        """
        return [
            cls.snapshot(timeout_seconds=timeout_seconds),
            cls.run_patch(reboot=reboot, timeout_seconds=timeout_seconds),
            cls.check_patches(reboot=reboot),
        ]


@all_at_once
def check_step(where: str, name: str, *, timeout_seconds: int) -> Iterator[ArgumentError]:
    """Check what every step has: its name, and how long it may take.

    Raises:
        ArgumentError: AWS would refuse one of them; a line for each.
    """
    if not _NAME.fullmatch(name):
        yield wrong(where, "name", name, "a letter, then letters, digits and _, 128 at most")
    if timeout_seconds < 1:
        yield wrong(where, "timeout_seconds", timeout_seconds, "1 second or more")


def _check_name(where: str, name: str) -> None:
    check_step(where, name, timeout_seconds=_HOUR)


def _check_timeout(where: str, seconds: int, longest: int, limit: str) -> None:
    if not 1 <= seconds <= longest:
        raise wrong(where, "timeout_seconds", seconds, f"1 to {longest}, which is when {limit}")


@all_at_once
def _check_script(where: str, handler: str | None, statements: Sequence[Statement]) -> Iterator[ArgumentError]:
    if handler is not None and not handler:
        yield wrong(where, "handler", handler, "the name of a function in the script")
    yield from wrong_statements(where, "statements", statements)


def _script(where: str, code: str | Path) -> str:
    if isinstance(code, str):
        if not code.strip() or _FILE_NAME.fullmatch(code):
            raise wrong(where, "code", code, "the text of a script, or the pathlib.Path of its file")
        return code
    try:
        return code.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise wrong(where, "code", str(code), f"a script, or the path of its file; {reason}") from None


def check_retention(where: str, argument: str, days: int) -> None:
    """Check how many days images are kept.

    Raises:
        ArgumentError: the number is not 1 to 36500.
    """
    if not 1 <= days <= _LONGEST_RETENTION:
        raise wrong(where, argument, days, f"1 to {_LONGEST_RETENTION} days")


def describe_alarm(name: pulumi.Input[str]) -> Permit:
    """Return the permission to read the state of one metric alarm."""

    def permit(location: Location) -> list[Statement]:
        alarm = location.arn("cloudwatch", pulumi.Output.format("alarm:{0}", name))
        return [allow(["cloudwatch:DescribeAlarms"], [alarm])]

    return permit


def _patching(location: Location) -> list[Statement]:
    return run_command_statements(location, location.arn("ssm", "document/AWS-RunPatchBaseline", owner=""))


def _patch_states(_: Location) -> list[Statement]:
    # AWS has no resource for this action.
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
    return [allow(["ssm:DescribeInstancePatchStates"], ["*"])]
