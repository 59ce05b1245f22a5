"""Adds SimulatePrincipalPolicy to moto: it evaluates the policies of users, groups and roles of the local AWS.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from pulumi_ssm_maintenance.testing.local_aws.server.api_error import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Decision = tuple[str, list["_Policy"], set[str]]
    """The decision, the policies with a statement that matches, and the context keys that were missing."""

_SOURCE = re.compile(r"arn:[\w-]+:(?:iam|sts)::\d{12}:(?P<kind>user|group|role)/(?:.*/)?(?P<name>[^/]+)")
_OWN_CALLER = re.compile(r"arn:[\w-]+:sts::\d{12}:user/moto")
"""The caller of the local AWS, whom no policy binds."""
_NOT_SIMULATED = (
    "PolicyInputList",
    "PermissionsBoundaryPolicyInputList",
    "PolicyExclusionList",
    "ResourcePolicy",
    "ResourceOwner",
    "CallerArn",
    "ResourceHandlingOption",
)


@dataclass(frozen=True, slots=True)
class _Policy:
    """A policy, and what it is attached to."""

    name: str
    kind: str
    document: str

    @property
    def statements(self) -> list[Mapping[str, Any]]:
        """Its statements."""
        return _list(json.loads(self.document).get("Statement"))


@dataclass(frozen=True, slots=True)
class _Question:
    """May this be done to this resource?"""

    action: str
    resource: str
    context: Mapping[str, list[str]]
    missing: set[str] = field(default_factory=set)

    def decide(self, policies: Iterable[_Policy]) -> Decision:
        """Decide as IAM does: a denial wins, and what nothing allows is denied."""
        matched: dict[str, list[_Policy]] = {"Allow": [], "Deny": []}
        for policy in policies:
            for statement in policy.statements:
                if self._matches(statement):
                    matched[statement["Effect"]].append(policy)
        if matched["Deny"]:
            return "explicitDeny", matched["Deny"], self.missing
        return ("allowed" if matched["Allow"] else "implicitDeny"), matched["Allow"], self.missing

    def _matches(self, statement: Mapping[str, Any]) -> bool:
        return (
            _named(statement, "Action", self.action.lower(), lambda text: text.lower())
            and _named(statement, "Resource", self.resource, lambda text: text)
            and self._meets(statement.get("Condition") or {})
        )

    def _meets(self, conditions: Mapping[str, Mapping[str, Any]]) -> bool:
        # All are looked at, so that every missing key is reported.
        met = [
            self._meets_one(operator, key, _list(wanted))
            for operator, keys in conditions.items()
            for key, wanted in keys.items()
        ]
        return all(met)

    def _meets_one(self, operator: str, key: str, wanted: list[Any]) -> bool:
        name = operator.removesuffix("IfExists")
        values = self.context.get(key.lower())
        if name == "Null":
            return (str(wanted[0]).lower() == "true") is (values is None)
        if name not in _OPERATORS:
            raise _unsupported(f"the condition operator {operator}")
        compare, is_negated = _OPERATORS[name]
        if values is None:
            self.missing.add(key)
            return is_negated or name != operator
        found = any(compare(value, str(text)) for value in values for text in wanted)
        return found is not is_negated


def _like(value: str, pattern: str) -> bool:
    """Whether a text matches a pattern in which `*` stands for any characters, and `?` for one."""
    parts = ("[\\s\\S]*" if one == "*" else "[\\s\\S]" if one == "?" else re.escape(one) for one in pattern)
    return re.fullmatch("".join(parts), value) is not None


def _named(statement: Mapping[str, Any], element: str, value: str, form: Callable[[str], str]) -> bool:
    """Whether a statement names an action or a resource, or names others in its `Not` element."""
    if element in statement:
        return any(_like(value, form(one)) for one in _list(statement[element]))
    return not any(_like(value, form(one)) for one in _list(statement[f"Not{element}"]))


_OPERATORS: Mapping[str, tuple[Callable[[str, str], bool], bool]] = {
    "StringEquals": (lambda value, wanted: value == wanted, False),
    "StringNotEquals": (lambda value, wanted: value == wanted, True),
    "StringEqualsIgnoreCase": (lambda value, wanted: value.lower() == wanted.lower(), False),
    "StringLike": (_like, False),
    "StringNotLike": (_like, True),
    "ArnEquals": (_like, False),
    "ArnLike": (_like, False),
    "ArnNotEquals": (_like, True),
    "ArnNotLike": (_like, True),
    "Bool": (lambda value, wanted: value.lower() == wanted.lower(), False),
}
"""Condition operators: how they compare, and whether they are met where nothing compares."""


@cache
def simulate_policies() -> None:
    """Add the operation to moto's IAM, once per process."""
    from moto.core.responses import ActionResult  # noqa: PLC0415  # loading moto takes 0.5 s
    from moto.iam.responses import IamResponse  # noqa: PLC0415  # as above

    def simulate_principal_policy(self: Any) -> Any:
        for name in _NOT_SIMULATED:
            if self._get_param(name):
                raise _unsupported(name)
        entries = self._get_param("ContextEntries", [])
        context = {one["ContextKeyName"].lower(): list(one["ContextKeyValues"]) for one in entries}
        policies = list(_policies_of(self.backend, self._get_param("PolicySourceArn")))
        resources = self._get_param("ResourceArns", []) or ["*"]
        results = [_result(one, resources, context, policies) for one in self._get_param("ActionNames")]
        return ActionResult({"EvaluationResults": results, "IsTruncated": False})

    served: Any = IamResponse
    served.simulate_principal_policy = simulate_principal_policy


def _result(
    action: str, resources: list[str], context: Mapping[str, list[str]], policies: list[_Policy]
) -> dict[str, Any]:
    decisions = [(name, _Question(action, name, context).decide(policies)) for name in resources]
    worst = max((decision for _, decision in decisions), key=lambda one: _ORDER.index(one[0]))
    return {
        "EvalActionName": action,
        "EvalResourceName": resources[0] if len(resources) == 1 else "*",
        "EvalDecision": worst[0],
        **_why(worst),
        "ResourceSpecificResults": [
            {"EvalResourceName": name, "EvalResourceDecision": decision[0], **_why(decision)}
            for name, decision in decisions
        ],
    }


_ORDER = ("allowed", "implicitDeny", "explicitDeny")


def _why(decision: Decision) -> dict[str, Any]:
    _, matched, missing = decision
    statements = [{"SourcePolicyId": one.name, "SourcePolicyType": one.kind} for one in matched]
    return {"MatchedStatements": statements, "MissingContextValues": sorted(missing)}


def _policies_of(backend: Any, source: str) -> Iterator[_Policy]:
    """Give the policies of a user and its groups, of a group, or of a role.

    Raises:
        ApiError: as IAM, where the ARN is of something else or of nothing.
    """
    if _OWN_CALLER.fullmatch(source):
        everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        yield _Policy("AdministratorAccess", "aws-managed", json.dumps({"Statement": [everything]}))
        return
    found = _SOURCE.fullmatch(source)
    if found is None or ":sts:" in source:
        raise ApiError("InvalidInput", f"Invalid Entity Arn: {source} does not identify a user, group or role")
    kind, name = found["kind"], found["name"]
    holders = {"user": backend.users, "group": backend.groups, "role": backend.roles}[kind]
    # moto keeps roles by their ids, and the others by their names.
    holder = next((one for one in holders.values() if one.name == name and one.arn == source), None)
    if holder is None:
        raise ApiError("NoSuchEntity", f"The {kind} with name {name} cannot be found.", 404)
    yield from _attached(holder, kind)
    if kind == "user":
        for group in backend.get_groups_for_user(name):
            yield from _attached(group, "group")


def _attached(holder: Any, kind: str) -> Iterator[_Policy]:
    for name, document in holder.policies.items():
        yield _Policy(name, kind, _plain(document))
    for policy in holder.managed_policies.values():
        version = next(one for one in policy.versions if one.is_default)
        owner = "aws-managed" if ":iam::aws:" in policy.arn else "user-managed"
        yield _Policy(policy.name, owner, _plain(version.document))


def _plain(document: str) -> str:
    return document if document.lstrip().startswith("{") else unquote(document)


def _unsupported(what: str) -> ApiError:
    return ApiError("NotImplemented", f"The local AWS does not simulate {what}", 501)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
