"""The operating systems of Patch Manager: the properties of their patches, and which values mean security."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

OperatingSystem: TypeAlias = Literal[
    "ALMA_LINUX",
    "AMAZON_LINUX",
    "AMAZON_LINUX_2",
    "AMAZON_LINUX_2022",
    "AMAZON_LINUX_2023",
    "CENTOS",
    "DEBIAN",
    "MACOS",
    "ORACLE_LINUX",
    "RASPBIAN",
    "REDHAT_ENTERPRISE_LINUX",
    "ROCKY_LINUX",
    "SUSE",
    "UBUNTU",
    "WINDOWS",
]

PatchFilters: TypeAlias = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class PatchSystem:
    """The patches of an operating system.

    Attributes:
        every: the filters that match every patch.
        security: the filters that match security patches; None if packages have no advisories.
        more_keys: more properties that a rule may filter by.
        is_linux: whether repositories contain updates other than security updates, which a rule may approve too.
        has_dates: whether release dates are reliable, so that a rule can wait.
    """

    every: PatchFilters
    security: PatchFilters | None
    more_keys: tuple[str, ...] = ()
    is_linux: bool = True
    has_dates: bool = True


_ANY = ("*",)
_RPM: PatchFilters = {"PRODUCT": _ANY, "CLASSIFICATION": _ANY, "SEVERITY": _ANY}
_DEB: PatchFilters = {"PRODUCT": _ANY, "PRIORITY": _ANY}

_ADVISORIES = PatchSystem(_RPM, {**_RPM, "CLASSIFICATION": ("Security",), "SEVERITY": ("Critical", "Important")})
_DEBIAN = PatchSystem(
    _DEB,
    {**_DEB, "PRIORITY": ("Required", "Important", "Standard", "Optional", "Extra")},
    more_keys=("SECTION",),
    has_dates=False,
)

# Keys: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribePatchProperties.html
# Security: as in AWS's own baselines; for Oracle Linux with critical patches in addition.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-predefined-and-custom-patch-baselines.html
SYSTEMS: Mapping[OperatingSystem, PatchSystem] = {
    "ALMA_LINUX": _ADVISORIES,
    "AMAZON_LINUX": _ADVISORIES,
    "AMAZON_LINUX_2": _ADVISORIES,
    "AMAZON_LINUX_2022": _ADVISORIES,
    "AMAZON_LINUX_2023": _ADVISORIES,
    "CENTOS": PatchSystem(_RPM, None),
    "DEBIAN": _DEBIAN,
    "MACOS": PatchSystem(
        {"PRODUCT": _ANY, "CLASSIFICATION": _ANY},
        {"PRODUCT": _ANY, "CLASSIFICATION": ("Security",)},
        is_linux=False,
    ),
    "ORACLE_LINUX": PatchSystem(
        _RPM, {**_RPM, "CLASSIFICATION": ("Security",), "SEVERITY": ("Critical", "Important", "Moderate")}
    ),
    "RASPBIAN": _DEBIAN,
    "REDHAT_ENTERPRISE_LINUX": _ADVISORIES,
    "ROCKY_LINUX": _ADVISORIES,
    "SUSE": _ADVISORIES,
    "UBUNTU": _DEBIAN,
    "WINDOWS": PatchSystem(
        {"PRODUCT": _ANY, "CLASSIFICATION": _ANY, "MSRC_SEVERITY": _ANY},
        {
            "PRODUCT": _ANY,
            "CLASSIFICATION": ("CriticalUpdates", "SecurityUpdates"),
            "MSRC_SEVERITY": ("Critical", "Important"),
        },
        more_keys=("PATCH_SET", "PRODUCT_FAMILY"),
        is_linux=False,
    ),
}
