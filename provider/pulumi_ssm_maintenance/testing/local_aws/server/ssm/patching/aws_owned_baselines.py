"""The patch baselines that AWS owns: the default of each operating system, shared by all accounts of a region.

https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-predefined-and-custom-patch-baselines.html
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

NAMES: Mapping[str, str] = {
    "ALMA_LINUX": "AWS-AlmaLinuxDefaultPatchBaseline",
    "AMAZON_LINUX": "AWS-AmazonLinuxDefaultPatchBaseline",
    "AMAZON_LINUX_2": "AWS-AmazonLinux2DefaultPatchBaseline",
    "AMAZON_LINUX_2022": "AWS-AmazonLinux2022DefaultPatchBaseline",
    "AMAZON_LINUX_2023": "AWS-AmazonLinux2023DefaultPatchBaseline",
    "CENTOS": "AWS-CentOSDefaultPatchBaseline",
    "DEBIAN": "AWS-DebianDefaultPatchBaseline",
    "MACOS": "AWS-MacOSDefaultPatchBaseline",
    "ORACLE_LINUX": "AWS-OracleLinuxDefaultPatchBaseline",
    "RASPBIAN": "AWS-DefaultRaspbianPatchBaseline",
    "REDHAT_ENTERPRISE_LINUX": "AWS-RedHatDefaultPatchBaseline",
    "ROCKY_LINUX": "AWS-RockyLinuxDefaultPatchBaseline",
    "SUSE": "AWS-SuseDefaultPatchBaseline",
    "UBUNTU": "AWS-UbuntuDefaultPatchBaseline",
    "WINDOWS": "AWS-DefaultPatchBaseline",
}

_INVENTED_OWNER = "123456789123"


@cache
def aws_owned(partition: str, region: str) -> Mapping[str, str]:
    """The ARN of each system's baseline: the real one where moto knows it, else an invented one that never changes."""
    known = _arns_in_moto().get(region, {})
    return {system: known.get(system) or _invented(partition, region, system) for system in NAMES}


def system_of(arn: str, partition: str, region: str) -> str | None:
    """The operating system whose AWS-owned baseline has this ARN; a bare id names none."""
    return next((system for system, owned in aws_owned(partition, region).items() if owned == arn), None)


@cache
def _arns_in_moto() -> Mapping[str, Mapping[str, str]]:
    from moto.utilities.utils import load_resource  # noqa: PLC0415  # loading moto takes 0.5 s

    return dict(load_resource("ssm/resources/default_baselines.json"))


def _invented(partition: str, region: str, system: str) -> str:
    digest = hashlib.sha256(f"{region} {system}".encode()).hexdigest()
    return f"arn:{partition}:ssm:{region}:{_INVENTED_OWNER}:patchbaseline/pb-{digest[:17]}"
