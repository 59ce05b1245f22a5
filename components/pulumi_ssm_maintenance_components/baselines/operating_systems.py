"""The operating systems of Patch Manager: the properties of their patches, and which values mean security."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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
        applications: the filters that match patches of Microsoft applications; None on other systems.
        values: the documented values of properties; a property without an entry takes any value.
    """

    every: PatchFilters
    security: PatchFilters | None
    more_keys: tuple[str, ...] = ()
    is_linux: bool = True
    has_dates: bool = True
    applications: PatchFilters | None = None
    values: PatchFilters = field(default_factory=dict)


_ANY = ("*",)
_RPM: PatchFilters = {"PRODUCT": _ANY, "CLASSIFICATION": _ANY, "SEVERITY": _ANY}
_DEB: PatchFilters = {"PRODUCT": _ANY, "PRIORITY": _ANY}

_RPM_VALUES: PatchFilters = {
    "CLASSIFICATION": ("Security", "Bugfix", "Enhancement", "Recommended", "Newpackage"),
    "SEVERITY": ("Critical", "Important", "Moderate", "Medium", "Low", "None"),
}
_DEB_VALUES: PatchFilters = {"PRIORITY": ("Required", "Important", "Standard", "Optional", "Extra")}
_WINDOWS_VALUES: PatchFilters = {
    "CLASSIFICATION": (
        "CriticalUpdates",
        "DefinitionUpdates",
        "Drivers",
        "FeaturePacks",
        "SecurityUpdates",
        "ServicePacks",
        "Tools",
        "UpdateRollups",
        "Updates",
        "Upgrades",
    ),
    "MSRC_SEVERITY": ("Critical", "Important", "Moderate", "Low", "Unspecified"),
    "PATCH_SET": ("OS", "APPLICATION"),
}
# AWS lists the package managers as classifications, and in another place calls the patches of its own baseline
# "Security".
# https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-create-a-patch-baseline-for-macos.html
_MACOS_VALUES: PatchFilters = {"CLASSIFICATION": ("softwareupdate", "installer", "brew", "brew cask", "Security")}
_SUSE_VALUES: PatchFilters = {
    **_RPM_VALUES,
    "CLASSIFICATION": ("Security", "Recommended", "Optional", "Feature", "Document", "Yast"),
}

_ADVISORIES = PatchSystem(
    _RPM,
    {**_RPM, "CLASSIFICATION": ("Security",), "SEVERITY": ("Critical", "Important")},
    values=_RPM_VALUES,
)
_DEBIAN = PatchSystem(
    _DEB,
    {**_DEB, "PRIORITY": ("Required", "Important", "Standard", "Optional", "Extra")},
    more_keys=("SECTION",),
    has_dates=False,
    values=_DEB_VALUES,
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
    "CENTOS": PatchSystem(_RPM, None, values=_RPM_VALUES),
    "DEBIAN": _DEBIAN,
    "MACOS": PatchSystem({"PRODUCT": _ANY, "CLASSIFICATION": _ANY}, None, is_linux=False, values=_MACOS_VALUES),
    "ORACLE_LINUX": PatchSystem(
        _RPM,
        {**_RPM, "CLASSIFICATION": ("Security",), "SEVERITY": ("Critical", "Important", "Moderate")},
        values=_RPM_VALUES,
    ),
    "RASPBIAN": _DEBIAN,
    "REDHAT_ENTERPRISE_LINUX": _ADVISORIES,
    "ROCKY_LINUX": _ADVISORIES,
    "SUSE": replace(_ADVISORIES, values=_SUSE_VALUES),
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
        # https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-windows-app-patching.html
        applications={"PATCH_SET": ("APPLICATION",), "PRODUCT": _ANY},
        values=_WINDOWS_VALUES,
    ),
}

# How the names of products begin, as far as AWS's pages show them; new products follow the same patterns.
# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PatchFilter.html
_PRODUCTS: Mapping[OperatingSystem, str] = {
    "ALMA_LINUX": "AlmaLinux",
    "AMAZON_LINUX": r"AmazonLinux201\d\.",
    "AMAZON_LINUX_2": r"AmazonLinux2(\.|$)",
    "AMAZON_LINUX_2022": "AmazonLinux2022",
    "AMAZON_LINUX_2023": "AmazonLinux2023",
    "CENTOS": "CentOS",
    "DEBIAN": "Debian",
    "MACOS": "macOS",
    "ORACLE_LINUX": "OracleLinux",
    "RASPBIAN": "Raspbian|Debian",
    "REDHAT_ENTERPRISE_LINUX": "RedhatEnterpriseLinux",
    "ROCKY_LINUX": "RockyLinux",
    "SUSE": "Suse",
    "UBUNTU": "Ubuntu",
    "WINDOWS": "Windows",
}


def systems_of_product(product: str) -> frozenset[OperatingSystem]:
    """Return the systems that a product is a version of, by its name; empty if the name does not tell."""
    return frozenset(
        system for system, pattern in _PRODUCTS.items() if re.match(f"(?:{pattern})", product, re.IGNORECASE)
    )


def is_microsoft_application(product: str) -> bool:
    """Return whether a product of Windows is surely an application.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/patch-manager-windows-app-patching.html
    """
    return product.startswith(("Active Directory", "Office"))
