"""Which schedules and dates AWS takes, and how it updates documents."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from .question import Finding, Question, compare

if TYPE_CHECKING:
    from tools.first_contact.account import Account

_START = "2098-01-01T00:00:00+00:00"
_PRESENT = "2099-01-01T00:00:00Z"


def _created(properties: dict[str, Any], expected: str, account: Account) -> Finding:
    """Make a window, disable it, and compare the outcome."""
    base = {
        "Name": account.name("schedule"),
        "Duration": 2,
        "Cutoff": 0,
        "AllowUnassociatedTargets": False,
        "Schedule": "rate(7 days)",
        "Tags": account.tags,
    }
    # Nothing is in the window, and it cannot open before its start date.
    answer = account.ask("CreateMaintenanceWindow", **{**base, "StartDate": _PRESENT, **properties})
    if answer.accepted:
        account.need("UpdateMaintenanceWindow", WindowId=answer["WindowId"], Enabled=False)
        account.need("DeleteMaintenanceWindow", WindowId=answer["WindowId"])
    return compare(answer.outcome, holds=answer.outcome == expected)


def _schedule(name: str, schedule: str, expected: str) -> Question:
    ask = partial(_created, {"Schedule": schedule}, expected)
    return Question(name, f"Does AWS take the schedule {schedule}?", expected, ask)


def _start_date(account: Account) -> Finding:
    with account.window(StartDate=_START) as window_id:
        shown = account.need("GetMaintenanceWindow", WindowId=window_id).get("StartDate", "absent")
    return compare(shown, holds=shown == _START)


def _document(account: Account) -> Finding:
    """Update a document from its default version, after another version was added by hand."""
    name = account.name("document")

    def content(text: str) -> str:
        step = {"name": "wait", "action": "aws:sleep", "inputs": {"Duration": "PT1S"}}
        return json.dumps({"schemaVersion": "0.3", "description": text, "mainSteps": [step]})

    account.need("CreateDocument", Name=name, Content=content("one"), DocumentType="Automation", Tags=account.tags)
    account.need("UpdateDocument", Name=name, Content=content("two"), DocumentVersion="$LATEST")
    answer = account.ask("UpdateDocument", Name=name, Content=content("three"), DocumentVersion="1")
    account.ask("DeleteDocument", Name=name)
    return compare(answer.outcome, holds=answer.outcome == "InvalidDocumentVersion")


QUESTIONS = (
    _schedule("rate-of-one-day", "rate(1 days)", "ValidationException"),
    _schedule("two-sundays", "cron(0 2 ? * SUN#1,SUN#3 *)", "ValidationException"),
    _schedule("last-friday", "cron(0 2 ? * FRIL *)", "accepted"),
    _schedule("five-fields", "cron(0 2 ? * SUN)", "ValidationException"),
    Question(
        "cutoff-of-the-duration",
        "Does AWS take a cutoff that leaves no hour to start tasks?",
        "ValidationException",
        partial(_created, {"Duration": 2, "Cutoff": 2}, "ValidationException"),
    ),
    Question("start-date", "Does AWS show a start date as it was sent?", _START, _start_date),
    Question(
        "document-version",
        "Can a document be updated from its default version when that is not the latest?",
        "InvalidDocumentVersion",
        _document,
    ),
)
