"""Check and diff: what can be known before anything is sent. Pure functions; AWS is not asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_ssm_maintenance.aws.connection import region_problem
from pulumi_ssm_maintenance.core.codec import UNKNOWN, Failure, decode, encode
from pulumi_ssm_maintenance.core.diff import differences, replacing
from pulumi_ssm_maintenance.core.identity import parse_task_id
from pulumi_ssm_maintenance.core.model import task_shape
from pulumi_ssm_maintenance.core.paths import top_level
from pulumi_ssm_maintenance.core.rules import examine

from .properties import COMPUTED, Properties


@dataclass(frozen=True, slots=True)
class Checked:
    """A task's inputs, brought into one form, with what is wrong with them."""

    inputs: dict[str, Any]
    failures: list[Failure]
    warnings: list[Failure]


@dataclass(frozen=True, slots=True)
class Changes:
    """The arguments in which a task differs from what AWS holds."""

    changed: list[str]
    replacing: list[str]


def check(news: Mapping[str, Any], default_region: Callable[[], str | None]) -> Checked:
    """Check a task's inputs, all of them, and fill in the region it will live in.

    Args:
        news: the inputs as the program gave them; unknown values are `UNKNOWN`.
        default_region: gives the connection's region, for a task that names none.
    """
    given = Properties(news)
    request, failures = encode(given.arguments, secrets=given.secrets)
    findings = examine(request, given.secrets)
    region = default_region() if given.region is None else given.region
    own = given.own if region is None else {**given.own, "region": region}
    return Checked(
        inputs={**decode(task_shape(), request), **own},
        failures=[*failures, *findings.failures, *_own_failures(own), *_outputs_given(news)],
        warnings=findings.warnings,
    )


def diff(olds: Mapping[str, Any], news: Mapping[str, Any]) -> Changes:
    """Compare what AWS holds with what is declared.

    Args:
        olds: the outputs in the state.
        news: the checked inputs; unknown values are `UNKNOWN`.
    """
    held, declared = Properties(olds), Properties(news)
    # Both sides come out of the same decoder, so what is equal as it stands needs no further look.
    fields = [] if held.arguments == declared.arguments else differences(held.request, declared.request)
    # What is secret from now on lies in clear in the state until an update writes the outputs anew.
    hidden = sorted({top_level(path) for path in set(declared.secrets) - set(held.secrets)})
    moved = ["region"] if held.region and held.region != declared.region else []
    arguments = {member.api_name: name for name, member in task_shape().members.items()}
    return Changes(
        changed=[*(arguments[name] for name in fields), *hidden, *moved],
        replacing=[*(arguments[name] for name in replacing(fields)), *moved],
    )


def _own_failures(own: Mapping[str, Any]) -> list[Failure]:
    problems = {
        "region": _region_problem(own.get("region")),
        "adopt": _adopt_problem(own.get("adopt")),
        "idempotency_key": _key_problem(own.get("idempotency_key")),
    }
    return [Failure(name, problem) for name, problem in problems.items() if problem]


def _outputs_given(news: Mapping[str, Any]) -> list[Failure]:
    return [Failure(name, "is an output, not an argument") for name in COMPUTED if news.get(name) is not None]


def _region_problem(region: Any) -> str | None:
    if region is UNKNOWN:
        return None
    if region is None:
        return "is required: give it here, or run `pulumi config set aws:region …`, or set AWS_REGION"
    return region_problem(region) if isinstance(region, str) else "expected a string"


def _adopt_problem(adopt: Any) -> str | None:
    if adopt is None or adopt is UNKNOWN or (isinstance(adopt, str) and parse_task_id(adopt)):
        return None
    return "expected <window_id>/<window_task_id>, such as mw-0c50858d01EXAMPLE/4f7ca192-7e9a-40fe-9192-5cb15EXAMPLE"


def _key_problem(key: Any) -> str | None:
    return None if key is None or key is UNKNOWN or (isinstance(key, str) and key) else "expected text"
