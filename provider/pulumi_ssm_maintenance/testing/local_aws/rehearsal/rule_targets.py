"""The targets of a rule, and which of them a rehearsal can call: topics, queues and log groups.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class RuleTarget:
    """A target of a rule."""

    settings: Mapping[str, Any]
    """What ListTargetsByRule returns."""
    obstacle: str | None
    """Why the rehearsal does not call it, or None."""

    @property
    def arn(self) -> str:
        """The target's ARN."""
        return str(self.settings["Arn"])


def read_targets(client: Callable[[str], Any], rule: str) -> list[RuleTarget]:
    """Read the targets of a rule."""
    found = client("events").list_targets_by_rule(Rule=rule)["Targets"]
    return [RuleTarget(target, _obstacle(client, target["Arn"])) for target in found]


def _obstacle(client: Callable[[str], Any], arn: str) -> str | None:
    service, name = arn.split(":")[2], arn.removesuffix(":*").rpartition(":")[2]
    match service:
        case "sns":
            return None
        case "sqs":
            return None if _has_queue(client("sqs"), name) else "the local AWS has no such queue"
        case "logs":
            return None if _has_log_group(client("logs"), name) else "the local AWS has no such log group"
        case "lambda":
            return "a rehearsal runs no functions"
        case _:
            return f"a rehearsal does not serve {service} as the target of a rule"


def _has_queue(sqs: Any, name: str) -> bool:
    try:
        sqs.get_queue_url(QueueName=name)
    except ClientError:
        return False
    return True


def _has_log_group(logs: Any, name: str) -> bool:
    groups = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return any(group["logGroupName"] == name for group in groups)
