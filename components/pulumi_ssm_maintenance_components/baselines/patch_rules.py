"""PatchRule: which patches a baseline approves, and how long after their release."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

import pulumi_aws as aws

from pulumi_ssm_maintenance_components.foundation.arguments import wrong

from .operating_systems import SYSTEMS, OperatingSystem, PatchFilters, PatchSystem

__all__ = ["ComplianceLevel", "PatchRule"]

ComplianceLevel: TypeAlias = Literal["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNSPECIFIED"]

# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PatchRule.html
_MOST_DAYS = 360
_MOST_FILTERS = 4
_MOST_VALUES = 20
_LONGEST_VALUE = 64

# AWS's own baselines wait a week too. In that time bad patches become known.
_DEFAULT_DAYS = 7


@dataclass(frozen=True, slots=True)
class PatchRule:
    """Which patches a baseline approves, and when. Make one with the class methods.

    By default a rule approves a patch 7 days after its release. On Debian, Raspbian and Ubuntu it approves at once,
    since their repositories have no reliable release dates.
    """

    preset: Literal["security", "all"] | None
    filters: PatchFilters
    days: int | None
    until: date | None
    compliance: ComplianceLevel | None
    non_security: bool | None

    def __post_init__(self) -> None:
        if self.days is not None and self.until is not None:
            raise wrong("PatchRule", "until", f"{self.until}", "none beside days")
        if self.days is not None and (type(self.days) is not int or not 0 <= self.days <= _MOST_DAYS):
            raise wrong("PatchRule", "days", self.days, f"0 to {_MOST_DAYS}")

    @classmethod
    def security(
        cls,
        days: int | None = None,
        *,
        until: date | str | None = None,
        filters: Mapping[str, Sequence[str]] | None = None,
        compliance: ComplianceLevel | None = None,
    ) -> "PatchRule":
        """Approve urgent security patches, as AWS's own baseline of the system does.

        Args:
            days: how many days after its release a patch is approved, 0 to 360. Default: 7.
            until: in place of `days`, the last release date that is approved: a date, or `YYYY-MM-DD`. With the same
                date in all stacks, production installs what development has tried.
            filters: other values for some properties, such as `{"PRODUCT": ["WindowsServer2022"]}`.
            compliance: the severity of a missing patch. Default: that of the baseline.
        """
        return cls._make(days, until, filters, compliance, preset="security")

    @classmethod
    def all(
        cls,
        days: int | None = None,
        *,
        until: date | str | None = None,
        filters: Mapping[str, Sequence[str]] | None = None,
        compliance: ComplianceLevel | None = None,
    ) -> "PatchRule":
        """Approve every patch; on Linux this includes updates other than security updates.

        The arguments are those of `security`.
        """
        return cls._make(days, until, filters, compliance, preset="all")

    @classmethod
    def matching(
        cls,
        filters: Mapping[str, Sequence[str]],
        days: int | None = None,
        *,
        until: date | str | None = None,
        non_security: bool = False,
        compliance: ComplianceLevel | None = None,
    ) -> "PatchRule":
        """Approve the patches that match all of these filters; each filter matches any of its values.

        Args:
            filters: 1 to 4 properties with 1 to 20 values each; `aws ssm describe-patch-properties` lists them.
            days: as in `security`.
            until: as in `security`.
            non_security: whether to include updates other than security updates; Linux only. Default: False.
            compliance: as in `security`.
        """
        return cls._make(days, until, filters, compliance, non_security=non_security)

    @classmethod
    def _make(  # noqa: PLR0913 - the parts of a rule
        cls,
        days: int | None,
        until: date | str | None,
        filters: Mapping[str, Sequence[str]] | None,
        compliance: ComplianceLevel | None,
        *,
        preset: Literal["security", "all"] | None = None,
        non_security: bool | None = None,
    ) -> "PatchRule":
        return cls(preset, _tuples(filters), days, _day(until), compliance, non_security)

    def for_system(
        self, where: str, system: OperatingSystem, compliance: ComplianceLevel | None
    ) -> aws.ssm.PatchBaselineApprovalRuleArgsDict:
        """Return the rule as `aws.ssm.PatchBaseline` takes it.

        Raises:
            ArgumentError: the system has no such properties, no release dates or no advisories.
        """
        known = SYSTEMS[system]
        filters = {**self._preset(where, system, known), **self.filters}
        _check(where, filters, system, known)
        rule: aws.ssm.PatchBaselineApprovalRuleArgsDict = {
            "patch_filters": [{"key": key, "values": [*values]} for key, values in filters.items()],
            "compliance_level": self.compliance or compliance,
            "enable_non_security": self._includes_non_security(where, system, known),
        }
        if not known.has_dates:
            self._demand_no_wait(where, system)
            return {**rule, "approve_after_days": 0}
        if self.until is not None:
            return {**rule, "approve_until_date": self.until.isoformat()}
        return {**rule, "approve_after_days": _DEFAULT_DAYS if self.days is None else self.days}

    def _preset(self, where: str, system: OperatingSystem, known: PatchSystem) -> PatchFilters:
        if self.preset == "security" and known.security is None:
            allowed = f"all and matching: packages of {system} come without advisories, so none would be approved"
            raise wrong(where, "rule", "security", allowed)
        presets: Mapping[str | None, PatchFilters | None] = {"security": known.security, "all": known.every}
        return presets.get(self.preset) or {}

    def _includes_non_security(self, where: str, system: OperatingSystem, known: PatchSystem) -> bool:
        if self.non_security and not known.is_linux:
            raise wrong(where, "non_security", given=True, allowed=f"False on {system}")
        return known.is_linux if self.preset == "all" else bool(self.non_security)

    def _demand_no_wait(self, where: str, system: OperatingSystem) -> None:
        given = self.until.isoformat() if self.until else self.days
        if given:
            allowed = f"none: {system} has no reliable release dates, and AWS approves its patches at once"
            raise wrong(where, "until" if self.until else "days", given, allowed)


def default_rules(system: OperatingSystem) -> list[PatchRule]:
    """Return the default rules of a baseline: security patches, or all patches if the system has no advisories."""
    return [PatchRule.security() if SYSTEMS[system].security else PatchRule.all()]


def _tuples(filters: Mapping[str, Sequence[str]] | None) -> PatchFilters:
    for key, values in (filters or {}).items():
        if isinstance(values, str) or not 1 <= len(values) <= _MOST_VALUES:
            raise wrong("PatchRule", f"filters, {key}", values, f"a list of 1 to {_MOST_VALUES}")
        for value in values:
            if not 1 <= len(value) <= _LONGEST_VALUE:
                raise wrong("PatchRule", f"filters, {key}", value, f"1 to {_LONGEST_VALUE} characters")
    return {key: tuple(values) for key, values in (filters or {}).items()}


def _day(until: date | str | None) -> date | None:
    if not isinstance(until, str):
        return until
    try:
        return date.fromisoformat(until)
    except ValueError:
        raise wrong("PatchRule", "until", until, "a date, or YYYY-MM-DD") from None


def _check(where: str, filters: PatchFilters, system: OperatingSystem, known: PatchSystem) -> None:
    keys = [*known.every, *known.more_keys]
    for key in filters:
        if key not in keys:
            raise wrong(where, "filters", key, f"{', '.join(keys)} for {system}")
    if not 1 <= len(filters) <= _MOST_FILTERS:
        raise wrong(where, "filters", len(filters), f"1 to {_MOST_FILTERS} properties")
