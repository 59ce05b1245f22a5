"""Facts that checks look at, each by the call that gives it. All of them are reads."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from pulumi_ssm_maintenance.core.identity import Account

from .reader import Reader, UnreadableError
from .subjects import Selection, Task

_PAGE: Final = {"PageSize": 50}
_MOST_IDS: Final = 50
_MOST_ALARMS: Final = 100
_NODE_TYPES: Final = ("AWS::EC2::Instance", "AWS::SSM::ManagedInstance")
_SSM: Final = "ssm.amazonaws.com"


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of one account in one region. Each method returns None for what does not exist.

    Each method raises UnreadableError where AWS refused to answer.
    """

    reader: Reader
    tasks: tuple[Task, ...] = ()
    """All tasks that are checked."""
    account: Account | None = None
    """The account; None when it could not be determined."""
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def region(self) -> str:
        """The region."""
        return self.reader.region

    def document(self, name: str, version: str | None) -> Mapping[str, Any] | None:
        """Describe a document."""
        answer = self.reader.one("ssm", "describe_document", Name=name, **_version(version))
        return answer and answer["Document"]

    def document_parameters(self, name: str, version: str | None) -> Mapping[str, Mapping[str, Any]] | None:
        """Read the parameters of a document out of its content, with their bounds."""
        answer = self.reader.one("ssm", "get_document", Name=name, DocumentFormat="JSON", **_version(version))
        if answer is None:
            return None
        try:
            content = json.loads(answer["Content"])
        except ValueError:
            return {}
        found = content.get("parameters") if isinstance(content, Mapping) else None
        return found if isinstance(found, Mapping) else {}

    def role(self, arn: str) -> Mapping[str, Any] | None:
        """Get a role."""
        answer = self.reader.one("iam", "get_role", RoleName=arn.rpartition("/")[2])
        return answer and answer["Role"]

    def may_pass(self, role: str) -> bool:
        """Whether the caller may pass a role to Systems Manager. All roles are asked about in one call.

        Raises:
            UnreadableError: IAM does not know the caller, or says nothing about the role.
        """
        roles = sorted({task.role for task in self.tasks if task.role})
        identity = self.reader.one("sts", "get_caller_identity") or {}
        source = self._policy_source(str(identity.get("Arn", "")))
        if source is None:
            return True
        results = self.reader.all(
            "iam",
            "simulate_principal_policy",
            "EvaluationResults",
            PolicySourceArn=source,
            ActionNames=["iam:PassRole"],
            ResourceArns=roles,
            ContextEntries=[
                {
                    "ContextKeyName": "iam:PassedToService",
                    "ContextKeyType": "string",
                    "ContextKeyValues": [_SSM],
                }
            ],
        )
        decision = dict(_decisions(results or ())).get(role)
        if decision is None:
            raise UnreadableError("iam:SimulatePrincipalPolicy", "NoSuchEntity")
        return decision == "allowed"

    def alarm(self, name: str) -> Mapping[str, Any] | None:
        """Describe an alarm. All alarms are asked for in one call."""
        names = sorted({task.alarm for task in self.tasks if task.alarm})
        place = names.index(name) // _MOST_ALARMS * _MOST_ALARMS
        answer = self.reader.one(
            "cloudwatch",
            "describe_alarms",
            AlarmNames=names[place : place + _MOST_ALARMS],
            AlarmTypes=["MetricAlarm", "CompositeAlarm"],
            MaxRecords=_MOST_ALARMS,
        )
        found = [*(answer or {}).get("MetricAlarms", ()), *(answer or {}).get("CompositeAlarms", ())]
        return next((alarm for alarm in found if alarm["AlarmName"] == name), None)

    def topic(self, arn: str) -> Mapping[str, Any] | None:
        """Get the attributes of a topic."""
        return self.reader.one("sns", "get_topic_attributes", TopicArn=arn)

    def function(self, arn: str, qualifier: str | None = None) -> Mapping[str, Any] | None:
        """Get the configuration of a function."""
        chosen = {"Qualifier": qualifier} if qualifier else {}
        return self.reader.one("lambda", "get_function_configuration", FunctionName=arn, **chosen)

    def machine(self, arn: str) -> Mapping[str, Any] | None:
        """Describe a state machine, or a version of one."""
        return self.reader.one("stepfunctions", "describe_state_machine", stateMachineArn=arn)

    def machine_alias(self, arn: str) -> Mapping[str, Any] | None:
        """Describe an alias of a state machine."""
        return self.reader.one("stepfunctions", "describe_state_machine_alias", stateMachineAliasArn=arn)

    def has_log_group(self, name: str) -> bool:
        """Whether a log group exists."""
        found = self.reader.all("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=name) or ()
        return any(group["logGroupName"] == name for group in found)

    def bucket_region(self, name: str) -> str | None:
        """The region of a bucket; an empty text where S3 does not say."""
        answer = self.reader.one("s3", "head_bucket", Bucket=name)
        if answer is None:
            return None
        headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
        return str(answer.get("BucketRegion") or headers.get("x-amz-bucket-region") or "")

    def executions(self, window_id: str) -> Sequence[Mapping[str, Any]]:
        """The latest runs of a window, the newest first."""
        answer = self.reader.one("ssm", "describe_maintenance_window_executions", WindowId=window_id)
        return sorted((answer or {}).get("WindowExecutions", ()), key=lambda run: run["StartTime"], reverse=True)

    def all_windows(self) -> Sequence[Mapping[str, Any]]:
        """All windows of the region."""
        return self.reader.all("ssm", "describe_maintenance_windows", "WindowIdentities") or ()

    def patch_groups(self) -> frozenset[str]:
        """The patch groups that have a baseline."""
        found = self.reader.all("ssm", "describe_patch_groups", "Mappings") or ()
        return frozenset(one["PatchGroup"] for one in found)

    def managed_nodes(self, selection: Selection) -> Sequence[Mapping[str, Any]]:
        """The managed nodes that a selection finds. Stopped and terminated ones are not among them."""
        if selection.group is not None:
            return [node for ids in _chunks(self._node_ids(selection)) for node in self._information(_by_ids(ids))]
        if ids := selection.values("InstanceIds"):
            return [node for part in _chunks(ids) for node in self._information(_by_ids(part))]
        return self._information(list(selection.keys))

    def instances(self, selection: Selection) -> Mapping[str, str]:
        """The states of the EC2 instances that a selection finds, by id. Terminated ones are left out."""
        filters = list(map(_instance_filter, selection.keys))
        if selection.group is not None:
            filters = [_filter("instance-id", self._node_ids(selection))]
        found = self.reader.all("ec2", "describe_instances", "Reservations", Filters=filters) or ()
        states = {one["InstanceId"]: one["State"]["Name"] for part in found for one in part["Instances"]}
        return {key: state for key, state in states.items() if state not in {"shutting-down", "terminated"}}

    def members(self, group: str) -> Sequence[Mapping[str, str]] | None:
        """The members of a resource group: their ARNs and types."""
        found = self.reader.all("resource-groups", "list_group_resources", "Resources", Group=group)
        return None if found is None else [one["Identifier"] for one in found]

    def _node_ids(self, selection: Selection) -> list[str]:
        found = self.members(selection.group or "") or ()
        return sorted(one["ResourceArn"].rpartition("/")[2] for one in found if one["ResourceType"] in _NODE_TYPES)

    def _information(self, filters: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        return (
            self.reader.all(
                "ssm",
                "describe_instance_information",
                "InstanceInformationList",
                Filters=filters,
                PaginationConfig=_PAGE,
            )
            or []
        )

    def _policy_source(self, caller: str) -> str | None:
        """The ARN whose policies count for a caller; None for the root user, who may do everything."""
        kind, _, name = caller.rpartition(":")[2].partition("/")
        if kind == "root":
            return None
        if kind != "assumed-role":
            return caller
        role = self.role(name.partition("/")[0])
        return str(role["Arn"]) if role else caller


def trusts_ssm(role: Mapping[str, Any]) -> bool:
    """Whether Systems Manager may assume a role."""
    policy = role.get("AssumeRolePolicyDocument") or {}
    statements = policy.get("Statement", []) if isinstance(policy, Mapping) else []
    return any(
        one.get("Effect") == "Allow" and _SSM in _texts((one.get("Principal") or {}).get("Service"))
        for one in _texts(statements)
        if isinstance(one.get("Principal"), Mapping)
    )


def _texts(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _version(version: str | None) -> dict[str, str]:
    return {"DocumentVersion": version} if version else {}


def _decisions(results: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for result in results:
        yield result.get("EvalResourceName", ""), result["EvalDecision"]
        for one in result.get("ResourceSpecificResults", ()):
            yield one["EvalResourceName"], one["EvalResourceDecision"]


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[place : place + _MOST_IDS] for place in range(0, len(ids), _MOST_IDS))


def _by_ids(ids: Sequence[str]) -> list[Mapping[str, Any]]:
    return [{"Key": "InstanceIds", "Values": list(ids)}]


def _instance_filter(key: Mapping[str, Any]) -> dict[str, Any]:
    return _filter("instance-id" if key["Key"] == "InstanceIds" else key["Key"], key["Values"])


def _filter(name: str, values: Sequence[str]) -> dict[str, Any]:
    return {"Name": name, "Values": list(values)}
