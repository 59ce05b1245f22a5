"""What a question is, and what its answer can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.first_contact.account import Account

Verdict = Literal["holds", "differs", "no answer"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What AWS answered, and whether that is what is assumed."""

    verdict: Verdict
    answer: str


def compare(answer: str, *, holds: bool) -> Finding:
    """Give the finding of a question that was answered."""
    return Finding("holds" if holds else "differs", answer)


def no_answer(why: str) -> Finding:
    """Give the finding of a question that was not answered."""
    return Finding("no answer", why)


@dataclass(frozen=True, slots=True)
class Question:
    """One question to AWS."""

    name: str
    text: str
    assumed: str
    """What the provider, its rules or the local AWS take the answer to be."""
    ask: Callable[[Account], Finding]
    """Makes the calls and reads the answer."""
    minutes: int = 0
    """How long the answer takes, where it is not seconds."""
    opens_a_window: bool = False
    """Whether a window of this run opens, and tasks run."""
