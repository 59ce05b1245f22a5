"""`ssm-maintenance doctor`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from . import output
from .exits import Exit
from .selection import Options, read, with_selection

if TYPE_CHECKING:
    from pulumi_ssm_maintenance.operations.doctor import Examination, Finding
    from pulumi_ssm_maintenance.operations.live import LiveWindow

_SCHEMA: Final = 1
_PROJECT: Final = "Pulumi.yaml"
_STYLES: Final = {"FAIL": "bold red", "WARN": "yellow", "SKIP": "cyan", "NOTE": "dim"}
_TALLY: Final = {"FAIL": "failed", "WARN": "warnings", "SKIP": "skipped", "NOTE": "notes", "ok": "ok"}
_ORDER: Final = tuple(_TALLY)


@with_selection
def doctor(
    options: Options,
    *,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 3 on warnings too.")] = False,
    no_fail: Annotated[bool, typer.Option("--no-fail", help="Exit with 0 whatever is found.")] = False,
    format: Annotated[output.Report, typer.Option(help="How the findings are printed.")] = output.Report.TEXT,  # noqa: A002 - its name
) -> None:
    """Check windows against the account: documents, roles, alarms, topics, targets, nodes and quotas.

    Nothing is written. What the caller may not read is skipped, and named. Exit code 3 where a check fails.
    """
    chosen = read(options)
    from pulumi_ssm_maintenance.operations.doctor import Examination, examine  # noqa: PLC0415 - boto3 loads when it is needed

    output.progress("checking")
    folder = options.cwd if options.stack or (options.cwd / _PROJECT).exists() else None
    parts = [
        examine(account.session, account.windows, folder=None if number else folder, stack=options.stack)
        for number, account in enumerate(chosen.accounts)
    ]
    found = Examination(tuple(finding for part in parts for finding in part.findings))
    _print(found, chosen.windows, format)
    if found.tally["SKIP"]:
        output.warning("what was skipped was not checked: allow the permissions that are named, and run it again")
    if chosen.failed:
        raise typer.Exit(Exit.FAILED)
    if not no_fail and not found.is_sound(strict=strict):
        raise typer.Exit(Exit.FINDINGS)


def _print(found: "Examination", windows: Sequence["LiveWindow"], format_: output.Report) -> None:
    if format_ is output.Report.JSON:
        output.json_result(_as_json(found, windows))
    elif format_ is output.Report.MARKDOWN:
        output.result("\n".join(_markdown(found, windows)))
    else:
        output.lines(_rows(found.findings), _STYLES)
        output.result(_tally(found))


def _rows(findings: Sequence["Finding"]) -> Iterator[tuple[str, str, str]]:
    """One row for each thing to know: equal findings of several subjects share one, and so do skipped checks."""
    shown: dict[tuple[str, str, str], list[Finding]] = {}
    for one in sorted(findings, key=lambda one: _ORDER.index(one.level)):
        check = "" if one.level == "SKIP" else one.check
        shown.setdefault((one.level, check, f"{one.text}. {one.cure}".strip()), []).append(one)
    for (level, check, text), alike in shown.items():
        subjects = list(dict.fromkeys(one.subject for one in alike))
        if level == "SKIP":
            checks = sorted({one.check for one in alike})
            yield (
                level,
                checks[0] if len(checks) == 1 else f"{len(checks)} checks",
                (f"{text} Not checked: {', '.join(checks)} of {_named(subjects)}."),
            )
        elif level != "ok":
            yield level, check, f"{_named(subjects)}: {text}"


def _named(subjects: Sequence[str]) -> str:
    return ", ".join(subjects) if len(subjects) <= 3 else f"{', '.join(subjects[:2])} and {len(subjects) - 2} more"


def _tally(found: "Examination") -> str:
    counts: Mapping[str, int] = found.tally
    shown = [(counts[level], word) for level, word in _TALLY.items() if counts[level] or level == "FAIL"]
    return ", ".join(f"{count} {word.removesuffix('s') if count == 1 else word}" for count, word in shown)


def _markdown(found: "Examination", windows: Sequence["LiveWindow"]) -> Iterator[str]:
    names = ", ".join(f"{window.name} (`{window.window_id}`)" for window in windows)
    yield f"## Maintenance windows: {_tally(found)}"
    yield ""
    yield f"Checked: {names}."
    rows = list(_rows(found.findings))
    if rows:
        yield ""
        yield "| level | check | finding |"
        yield "| --- | --- | --- |"
        yield from (f"| {level} | `{check}` | {output.cell(text)} |" for level, check, text in rows)


def _as_json(found: "Examination", windows: Sequence["LiveWindow"]) -> dict[str, Any]:
    return {
        "schema": _SCHEMA,
        "verb": "doctor",
        "windows": [
            {
                "id": one.window_id,
                "name": one.name,
                "region": one.region,
                "account": one.account.account_id if one.account else "",
            }
            for one in windows
        ],
        "tally": {word: found.tally[level] for level, word in _TALLY.items()},
        "findings": [
            {
                "check": one.check,
                "level": str(one.level),
                "subject": one.subject,
                "region": one.region,
                "text": one.text,
                "cure": one.cure,
            }
            for one in found.findings
        ],
    }
