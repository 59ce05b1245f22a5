"""Lets moto read the policies that AWS manages once: after each reset, its first call of any service needs them."""

from __future__ import annotations

from copy import copy
from typing import Any


def keep_managed_policies() -> None:
    """Let every new IAM backend copy the policies that the first one of its partition has read."""
    from moto.iam.models import IAMBackend  # noqa: PLC0415  # loading moto takes 0.5 s

    backend_class: Any = IAMBackend
    read = backend_class._init_aws_policies  # noqa: SLF001  # moto has no public way
    kept: dict[str, list[Any]] = {}

    def copies(backend: Any) -> list[Any]:
        if backend.partition not in kept:
            kept[backend.partition] = read(backend)
        return [_copy(policy, backend.account_id) for policy in kept[backend.partition]]

    backend_class._init_aws_policies = copies  # noqa: SLF001  # as above


def _copy(policy: Any, account: str) -> Any:
    """Copy a policy with all that moto may change in it."""
    fresh = copy(policy)
    fresh.account_id = account
    fresh.versions = list(policy.versions)
    fresh.tags = dict(policy.tags)
    return fresh
