"""Check and diff: what can be known before anything is sent. Pure functions; AWS is not asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_ssm_maintenance.aws.settings import region_problem, unknown_region_problem
from pulumi_ssm_maintenance.core.codec import UNKNOWN, Failure, decode, encode
from pulumi_ssm_maintenance.core.diff import differences, replacing
from pulumi_ssm_maintenance.core.identity import parse_task_id
from pulumi_ssm_maintenance.core.model import task_shape
from pulumi_ssm_maintenance.core.paths import top_level
from pulumi_ssm_maintenance.core.rules import examine

from .properties import COMPUTED, Inputs, State


@dataclass(frozen=True, slots=True)
class Checked:
    """The inputs of a task in canonical form, with the failures and warnings about them."""

    inputs: dict[str, Any]
    failures: list[Failure]
    warnings: list[Failure]


@dataclass(frozen=True, slots=True)
class Changes:
    """The arguments in which a task differs from what AWS holds."""

    changed: list[str]
    replacing: list[str]


def check(news: Mapping[str, Any], default_region: Callable[[], str | None], *, any_region: bool = False) -> Checked:
    """Check all inputs of a task, and fill in its region.

    Args:
        news: the inputs that the program declares; unknown values are `UNKNOWN`.
        default_region: gives the region of the connection, for a task that names none.
        any_region: accept a region that the installed boto3 does not know.
    """
    given = Inputs(news)
    request, failures = encode(given.arguments, secrets=given.secrets)
    findings = examine(request, given.secrets)
    region = default_region() if given.region is None else given.region
    own = given.own if region is None else {**given.own, "region": region}
    return Checked(
        inputs={**decode(task_shape(), request), **own},
        failures=[
            *failures,
            *findings.failures,
            *_own_failures(own, any_region=any_region),
            *_failures_of_outputs(news),
        ],
        warnings=findings.warnings,
    )


def diff(olds: Mapping[str, Any], news: Mapping[str, Any]) -> Changes:
    """Compare the task at AWS with the declared task.

    Args:
        olds: the outputs in the state.
        news: the checked inputs; unknown values are `UNKNOWN`.
    """
    held, declared = State(olds), Inputs(news)
    # Both sides come from the same decoder, so equal arguments need no further comparison.
    fields = [] if held.arguments == declared.arguments else differences(held.request, declared.request)
    # A value that became secret stays in clear in the state until an update writes the outputs again.
    made_secret = sorted({top_level(path) for path in set(declared.secrets) - set(held.secrets)})
    moved = ["region"] if held.region and held.region != declared.region else []
    arguments = {member.api_name: name for name, member in task_shape().members.items()}
    return Changes(
        changed=[*(arguments[name] for name in fields), *made_secret, *moved],
        replacing=[*(arguments[name] for name in replacing(fields)), *moved],
    )


def _own_failures(own: Mapping[str, Any], *, any_region: bool) -> list[Failure]:
    problems = {
        "region": _region_problem(own.get("region"), any_region=any_region),
        "adopt": _adopt_problem(own.get("adopt")),
        "idempotency_key": _key_problem(own.get("idempotency_key")),
    }
    return [Failure(name, problem) for name, problem in problems.items() if problem]


def _failures_of_outputs(news: Mapping[str, Any]) -> list[Failure]:
    return [Failure(name, "is an output, not an argument") for name in COMPUTED if news.get(name) is not None]


def _region_problem(region: Any, *, any_region: bool) -> str | None:
    if region is UNKNOWN:
        return None
    if region is None:
        return "is required: set the argument, or run `pulumi config set aws:region …`, or set AWS_REGION"
    if not isinstance(region, str):
        return "expected a string"
    return region_problem(region) or (None if any_region else unknown_region_problem(region))


def _adopt_problem(adopt: Any) -> str | None:
    if adopt is None or adopt is UNKNOWN or (isinstance(adopt, str) and parse_task_id(adopt)):
        return None
    return "expected <window_id>/<window_task_id>, such as mw-0c50858d01EXAMPLE/4f7ca192-7e9a-40fe-9192-5cb15EXAMPLE"


def _key_problem(key: Any) -> str | None:
    return None if key is None or key is UNKNOWN or (isinstance(key, str) and key) else "expected text"
