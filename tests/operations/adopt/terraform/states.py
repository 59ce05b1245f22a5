"""Terraform states, as `terraform state pull` and `terraform show -json` print them."""

import json
from dataclasses import dataclass, field
from typing import Any

from tests.operations.adopt.seeded import CANARY

WINDOW, TARGET, TASK = (f"aws_ssm_maintenance_window{suffix}" for suffix in ("", "_target", "_task"))


@dataclass(frozen=True)
class Instance:
    """One instance of a resource."""

    type: str
    name: str
    id: str | None
    window_id: str | None = None
    module: str = ""
    key: Any = None
    attributes: dict[str, Any] = field(default_factory=dict)
    mode: str = "managed"
    deposed: str | None = None

    @property
    def values(self):
        """The attributes, one of them a secret."""
        payload = [{"lambda_parameters": [{"payload": CANARY, "qualifier": ""}]}]
        held = {
            "id": self.id,
            "window_id": self.window_id,
            "description": CANARY,
            "task_invocation_parameters": payload,
        }
        return {name: value for name, value in (held | self.attributes).items() if value is not None}

    @property
    def address(self):
        """The address, with Terraform's own quotes around keys."""
        key = "" if self.key is None else f"[{json.dumps(self.key)}]"
        return ".".join(part for part in (self.module, self.type, self.name) if part) + key


def stored(*instances, **content):
    """Write the file of a state."""
    resources = [
        {
            **({"module": one.module} if one.module else {}),
            "mode": one.mode,
            "type": one.type,
            "name": one.name,
            "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
            "instances": [
                {
                    **({} if one.key is None else {"index_key": one.key}),
                    **({"deposed": one.deposed} if one.deposed else {}),
                    "schema_version": 0,
                    "attributes": one.values,
                    "sensitive_attributes": [],
                    "private": "bnVsbA==",
                }
            ],
        }
        for one in instances
    ]
    state = {"version": 4, "terraform_version": "1.9.8", "serial": 3, "lineage": "any", "outputs": {}}
    return json.dumps(state | {"resources": resources, "check_results": None} | content)


def shown(*instances, **content):
    """Write what `terraform show -json` prints."""
    modules = {}
    for one in instances:
        modules.setdefault(one.module, []).append(
            {
                "address": one.address,
                "mode": one.mode,
                "type": one.type,
                "name": one.name,
                **({} if one.key is None else {"index": one.key}),
                **({"deposed_key": one.deposed} if one.deposed else {}),
                "provider_name": "registry.terraform.io/hashicorp/aws",
                "schema_version": 0,
                "values": one.values,
                "sensitive_values": {},
            }
        )
    root = {
        "resources": modules.pop("", []),
        # Each module in one of its own, to have them nested.
        "child_modules": [
            {"address": "module.outer", "child_modules": [{"address": address, "resources": resources}]}
            for address, resources in modules.items()
        ],
    }
    state = {"format_version": "1.0", "terraform_version": "1.9.8", "values": {"outputs": {}, "root_module": root}}
    return json.dumps(state | content)
