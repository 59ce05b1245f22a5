"""Check and diff: what can be known before anything is sent. Pure functions; AWS is not asked."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi_ssm_maintenance.aws.settings import region_problem, unknown_region_problem
from pulumi_ssm_maintenance.core.codec import UNKNOWN, Failure, decode, encode
from pulumi_ssm_maintenance.core.diff import differences, replacing
from pulumi_ssm_maintenance.core.identity import parse_task_id
from pulumi_ssm_maintenance.core.model import task_shape
from pulumi_ssm_maintenance.core.paths import covers, top_level
from pulumi_ssm_maintenance.core.rules import examine

from .bridged import is_bridged, read_bridged
from .properties import COMPUTED, UNSENDABLE, Inputs, State


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
    warnings: list[str] = field(default_factory=list)


def check(
    news: Mapping[str, Any],
    default_region: Callable[[], str | None],
    olds: Mapping[str, Any] | None = None,
    *,
    any_region: bool = False,
) -> Checked:
    """Check all inputs of a task, and fill in its region.

    Args:
        news: the inputs that the program declares; unknown values are `UNKNOWN`.
        default_region: gives the region of the connection, for a task that names none.
        olds: the inputs in the state, of a task that exists.
        any_region: accept a region that the installed boto3 does not know.
    """
    declared = Inputs(news).without_fingerprint()
    request, failures = encode(declared.arguments, secrets=declared.hidden)
    findings = examine(request, declared.hidden)
    region = default_region() if declared.region is None else declared.region
    own = declared.own if region is None else {**declared.own, "region": region}
    checked = Inputs({**decode(task_shape(), request), **own})
    mistakes = [
        *failures,
        *findings.failures,
        *_own_failures(declared, own, any_region=any_region),
        *_failures_of_outputs(news),
        *(Failure(path, reason) for path, reason in declared.bookkeeping.get(UNSENDABLE, ())),
    ]
    return Checked(
        inputs=dict(checked.raw),
        failures=mistakes or _replacements_with_adopt(checked, olds or {}),
        warnings=[*findings.warnings, *_own_warnings(checked, olds or {})],
    )


def diff(olds: Mapping[str, Any], news: Mapping[str, Any]) -> Changes:
    """Compare the task at AWS with the declared task.

    Args:
        olds: the outputs in the state.
        news: the checked inputs; unknown values are `UNKNOWN`.
    """
    if is_bridged(olds):
        return _take_over(read_bridged(olds, Inputs(news)), news)
    held, declared = State(olds), Inputs(news)
    # Both sides come from the same decoder, so equal arguments need no further comparison.
    fields = (
        []
        if held.arguments == declared.arguments
        else differences(held.request, declared.request, arn=held.raw.get("arn"))
    )
    # A value that became secret stays in clear in the state until an update writes the outputs again.
    made_secret = sorted({top_level(path) for path in set(declared.secrets) - set(held.secrets)})
    moved = ["region"] if held.region and held.region != declared.region else []
    arguments = {member.api_name: name for name, member in task_shape().members.items()}
    changed = [arguments[name] for name in fields]
    return Changes(
        changed=[*changed, *made_secret, *moved],
        replacing=[*(arguments[name] for name in replacing(fields)), *moved, *_replacing_by_option(changed, declared)],
    )


def _take_over(held: Mapping[str, Any], news: Mapping[str, Any]) -> Changes:
    """Compare a task of pulumi-aws. It always counts as changed, so that an update writes the state again."""
    changes = diff(held, news)
    replacing = [f"{', '.join(changes.replacing)} differs, so the task is replaced"] if changes.replacing else []
    return Changes([*changes.changed, "state"], changes.replacing, replacing)


def _replacing_by_option(changed: list[str], declared: Inputs) -> list[str]:
    """Give the changed arguments that `replace_on_changes` names. The engine itself gets no names from the SDK."""
    chosen = {*declared.bookkeeping.get("replace_on_changes", ())}
    return [name for name in changed if name in chosen or "*" in chosen]


def _own_failures(declared: Inputs, own: Mapping[str, Any], *, any_region: bool) -> list[Failure]:
    region = _region_problem(own.get("region"), any_region=any_region)
    if region and isinstance(own.get("region"), str) and covers(declared.hidden, "region"):
        region = "allowed is the name of a region such as us-east-1"
    problems = {
        "region": region,
        "adopt": _adopt_problem(own.get("adopt")),
        "idempotency_key": _key_problem(own.get("idempotency_key")),
        "replace_on_changes": _option_problem(declared.bookkeeping.get("replace_on_changes", ())),
    }
    return [Failure(name, problem) for name, problem in problems.items() if problem]


def _replacements_with_adopt(declared: Inputs, olds: Mapping[str, Any]) -> list[Failure]:
    """Refuse a replacement that would first deregister a task and then fail to adopt it."""
    adopted = parse_task_id(declared.adopt) if isinstance(declared.adopt, str) else None
    # In another window `adopt` has no effect: the replacement registers a new task.
    if not olds or not adopted or adopted.window_id != declared.window_id:
        return []
    if reasons := diff(olds, declared.raw).replacing:
        reason = (
            f"a change of {' and '.join(reasons)} replaces the task: the old one is deregistered first, so there is no"
            " task left to adopt. Remove `adopt`, which is of use in the first `pulumi up` only"
        )
        return [Failure("adopt", reason)]
    return []


def _own_warnings(declared: Inputs, olds: Mapping[str, Any]) -> Iterator[Failure]:
    if declared.adopt and not olds:
        yield Failure(
            "adopt",
            "takes over an existing task; remove it after this `pulumi up`. If aws.ssm.MaintenanceWindowTask has the"
            " task, its removal deregisters the task: use aliases=[FROM_PULUMI_AWS] instead of `adopt`",
        )
    elif declared.adopt:
        yield Failure("adopt", "is of use in the first `pulumi up` only; remove it")


def _failures_of_outputs(news: Mapping[str, Any]) -> list[Failure]:
    return [Failure(name, "is an output, not an argument") for name in COMPUTED if news.get(name) is not None]


def _option_problem(chosen: Sequence[str]) -> str | None:
    wrong = [name for name in chosen if name != "*" and name not in task_shape().members]
    if not wrong:
        return None
    return f"{', '.join(map(repr, wrong))} is not an argument; name whole arguments, such as targets, or *"


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
    return "expected <window_id>/<window_task_id>, such as mw-0123456789abcdef0/4f7ca192-7e9a-40fe-9192-5cb15efc1a3b"


def _key_problem(key: Any) -> str | None:
    return None if key is None or key is UNKNOWN or (isinstance(key, str) and key) else "expected text"
