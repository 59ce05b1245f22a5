"""PatchRule: which patches a baseline approves, and how long after their release."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from typing import Any, Literal, TypeAlias

import pulumi
import pulumi_aws as aws

from pulumi_ssm_maintenance._calls import legible_calls
from pulumi_ssm_maintenance.errors import ArgumentError
from pulumi_ssm_maintenance_components.foundation.arguments import Problems, all_at_once, check_fields, checked, wrong
from pulumi_ssm_maintenance_components.foundation.shown import shown

from .operating_systems import (
    SYSTEMS,
    OperatingSystem,
    PatchFilters,
    PatchSystem,
    is_microsoft_application,
    systems_of_product,
)

__all__ = ["ComplianceLevel", "PatchRule"]

ComplianceLevel: TypeAlias = Literal["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNSPECIFIED"]

# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PatchRule.html
_MOST_DAYS = 360
_MOST_FILTERS = 4
_MOST_VALUES = 20
_LONGEST_VALUE = 64

# AWS's own baselines wait a week too. In that time bad patches become known.
_DEFAULT_DAYS = 7

_NO_SECURITY: Mapping[OperatingSystem, str] = {
    "MACOS": "the classifications of MACOS are its package managers: softwareupdate, installer, brew, brew cask"
}


@legible_calls
@dataclass(frozen=True, slots=True)
class PatchRule:
    """Which patches a baseline approves, and when. Make one with the class methods.

    By default a rule approves a patch 7 days after its release. On Debian, Raspbian and Ubuntu it approves at once,
    since their repositories have no reliable release dates.
    """

    preset: Literal["security", "all", "applications"] | None
    filters: PatchFilters
    days: int | None
    until: date | None
    compliance: ComplianceLevel | None
    non_security: bool | None

    def __post_init__(self) -> None:
        check_fields(self)
        _check_wait(self.days, self.until)

    @classmethod
    @checked
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
    @checked
    def all(
        cls,
        days: int | None = None,
        *,
        until: date | str | None = None,
        filters: Mapping[str, Sequence[str]] | None = None,
        compliance: ComplianceLevel | None = None,
    ) -> "PatchRule":
        """Approve every patch.

        On Linux this includes updates other than security updates. On Windows it includes Microsoft applications, by a
        second rule, unless `filters` has a product or a patch set. The arguments are those of `security`.
        """
        return cls._make(days, until, filters, compliance, preset="all")

    @classmethod
    @checked
    def applications(
        cls,
        days: int | None = None,
        *,
        until: date | str | None = None,
        filters: Mapping[str, Sequence[str]] | None = None,
        compliance: ComplianceLevel | None = None,
    ) -> "PatchRule":
        """Approve patches of Microsoft applications, such as Office; Windows only.

        On nodes outside EC2 this needs the advanced-instances tier, which AWS charges for. The arguments are those of
        `security`; for example, `filters={"PRODUCT": ["Office 2016"]}` selects products.
        """
        return cls._make(days, until, filters, compliance, preset="applications")

    @classmethod
    @checked
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
        preset: Literal["security", "all", "applications"] | None = None,
        non_security: bool | None = None,
    ) -> "PatchRule":
        problems = Problems("PatchRule")
        read = problems.check(read_filters, "PatchRule", filters or {})
        day = problems.check(_day, until)
        problems.check(_check_wait, days, until)
        problems.raise_all()
        return cls(preset, read or {}, days, day, compliance, non_security)

    def for_system(
        self, where: str, system: OperatingSystem, compliance: ComplianceLevel | None
    ) -> list[aws.ssm.PatchBaselineApprovalRuleArgsDict]:
        """Return the rule as `aws.ssm.PatchBaseline` takes it; two rules if it covers Windows and its applications.

        Raises:
            ArgumentError: the system has no such properties, no release dates or no advisories.
        """
        written = self._write(where, system, compliance)
        if self.preset != "all" or not SYSTEMS[system].applications or {"PRODUCT", "PATCH_SET"} & self.filters.keys():
            return [written]
        return [written, replace(self, preset="applications")._write(where, system, compliance)]  # noqa: SLF001 - same class

    def _write(
        self, where: str, system: OperatingSystem, compliance: ComplianceLevel | None
    ) -> aws.ssm.PatchBaselineApprovalRuleArgsDict:
        known = SYSTEMS[system]
        filters = {**self._preset(where, system, known), **self.filters}
        check_filters(where, filters, system)
        if system == "WINDOWS":
            _check_applications(where, filters, is_preset=self.preset == "applications")
        rule: aws.ssm.PatchBaselineApprovalRuleArgsDict = {
            "patch_filters": patch_filters(filters),
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
            reason = _NO_SECURITY.get(system, f"packages of {system} have no advisories, so none would be approved")
            raise wrong(where, "rule", "security", f"all and matching: {reason}")
        if self.preset == "applications" and known.applications is None:
            raise wrong(where, "rule", "applications", "a rule for WINDOWS: only Windows has patches of applications")
        presets: Mapping[str | None, PatchFilters | None] = {
            "security": known.security,
            "all": known.every,
            "applications": known.applications,
        }
        return presets.get(self.preset) or {}

    def _includes_non_security(self, where: str, system: OperatingSystem, known: PatchSystem) -> bool:
        if self.non_security and not known.is_linux:
            raise wrong(where, "non_security", given=True, allowed=f"False on {system}")
        return known.is_linux if self.preset == "all" else bool(self.non_security)

    def _demand_no_wait(self, where: str, system: OperatingSystem) -> None:
        wait = self.until.isoformat() if self.until else self.days
        if wait:
            allowed = f"none: {system} has no reliable release dates, and AWS approves its patches at once"
            raise wrong(where, "until" if self.until else "days", wait, allowed)


def default_rules(system: OperatingSystem) -> list[PatchRule]:
    """Return the default rules of a baseline: security patches, or all patches if the system has no advisories."""
    return [PatchRule.security() if SYSTEMS[system].security else PatchRule.all()]


def read_filters(where: str, filters: Mapping[str, Sequence[str]]) -> PatchFilters:
    """Check the form of filters, whatever the system.

    Raises:
        ArgumentError: a filter has no list of values, too many, or a wrong one.
    """
    _check_form(where, filters)
    return {key: tuple(values) for key, values in filters.items()}


@all_at_once
def _check_form(where: str, filters: Mapping[str, Sequence[str]]) -> Iterator[ArgumentError]:
    for key, values in filters.items():
        if not 1 <= len(values) <= _MOST_VALUES:
            yield wrong(where, f"filters, {shown(key)}", values, f"a list of 1 to {_MOST_VALUES}")
        for value in values:
            if not 1 <= len(value) <= _LONGEST_VALUE:
                yield wrong(where, f"filters, {shown(key)}", value, f"1 to {_LONGEST_VALUE} characters")


@all_at_once
def check_filters(where: str, filters: PatchFilters, system: OperatingSystem) -> Iterator[ArgumentError]:
    """Check filters against the properties of a system.

    Raises:
        ArgumentError: the system has no such property, or writes a value in another way.
    """
    known = SYSTEMS[system]
    keys = [*known.every, *known.more_keys]
    for key in filters:
        if key not in keys:
            yield wrong(where, "filters", key, f"{', '.join(keys)} for {system}")
    if not 1 <= len(filters) <= _MOST_FILTERS:
        yield wrong(where, "filters", len(filters), f"1 to {_MOST_FILTERS} properties")
    for key, values in filters.items():
        for value in values:
            yield from _wrong_value(where, key, value, system)


def wrong_product(where: str, argument: str, product: str, system: OperatingSystem) -> Iterator[ArgumentError]:
    """Give the mistake that a product is a version of another system: its name begins as those of that system do."""
    others = sorted(systems_of_product(product))
    if others and system not in others:
        yield wrong(where, argument, product, f"products of {system}, or '*'; this is one of {' and '.join(others)}")


def patch_filters(filters: PatchFilters) -> list[Any]:
    """Return filters as `aws.ssm.PatchBaseline` takes them."""
    return [{"key": key, "values": [*values]} for key, values in filters.items()]


def _wrong_value(where: str, key: str, value: str, system: OperatingSystem) -> Iterator[ArgumentError]:
    documented = SYSTEMS[system].values.get(key)
    if value.casefold() == "all" and value not in (documented or ()):
        # The console shows `All`, and the API takes `*` for it.
        yield wrong(where, f"filters, {shown(key)}", value, "'*' for all values: `All` is a word of the console")
        return
    if key == "PRODUCT":
        yield from wrong_product(where, f"filters, {shown(key)}", value, system)
    if documented is None or value in {"*", *documented}:
        return
    if spelled := [right for right in documented if right.casefold() == value.casefold()]:
        yield wrong(where, f"filters, {shown(key)}", value, f"{spelled[0]!r}: AWS distinguishes upper and lower case")
        return
    elsewhere = any(value in other.values.get(key, ()) for other in SYSTEMS.values())
    nearest = get_close_matches(value, documented, n=1, cutoff=0.75)
    if elsewhere or nearest:
        hint = f"; do you mean {nearest[0]!r}?" if nearest else ""
        yield wrong(where, f"filters, {shown(key)}", value, f"{', '.join(documented)} or * for {system}{hint}")
        return
    pulumi.log.warn(
        f"{where}: filters, {key}: AWS does not document {value!r} for {system}, so the rule may match nothing;"
        f" documented: {', '.join(documented)}"
    )


def _check_applications(where: str, filters: PatchFilters, *, is_preset: bool) -> None:
    if is_preset and filters["PATCH_SET"] != ("APPLICATION",):
        raise wrong(where, "filters, 'PATCH_SET'", [*filters["PATCH_SET"]], "APPLICATION in applications()")
    for product in () if "PATCH_SET" in filters else filters.get("PRODUCT", ()):
        if is_microsoft_application(product):
            pulumi.log.warn(
                f"{where}: filters, PRODUCT: {product!r} is an application, and a rule without PATCH_SET approves"
                " patches of the system only: use PatchRule.applications(…)"
            )


@all_at_once
def _check_wait(days: int | None, until: date | str | None) -> Iterator[ArgumentError]:
    if days is not None and until is not None:
        yield wrong("PatchRule", "until", f"{until}", "none beside days")
    if days is not None and not 0 <= days <= _MOST_DAYS:
        yield wrong("PatchRule", "days", days, f"0 to {_MOST_DAYS}")


def _day(until: date | str | None) -> date | None:
    if not isinstance(until, str):
        return until
    try:
        return date.fromisoformat(until)
    except ValueError:
        raise wrong("PatchRule", "until", until, "a date, or YYYY-MM-DD") from None
