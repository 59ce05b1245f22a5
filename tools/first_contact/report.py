"""The result as a table: which assumptions hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .questions.question import Finding, Question


def table(results: Sequence[tuple[Question, Finding]]) -> Iterator[str]:
    """Write a block for each question, and what it comes to."""
    width = max((len(question.name) for question, _ in results), default=0)
    for question, finding in results:
        yield f"{finding.verdict:9}  {question.name:{width}}  {question.text}"
        answer = " ".join(finding.answer.split())
        if finding.verdict == "holds":
            yield f"{'':{width + 13}}{answer}"
        else:
            yield f"{'':{width + 13}}assumed: {question.assumed}; AWS: {answer}"
    counts = dict.fromkeys(("holds", "differs", "no answer"), 0)
    for _, finding in results:
        counts[finding.verdict] += 1
    yield f"{counts['holds']} assumptions hold, {counts['differs']} differ, {counts['no answer']} have no answer."


def listing(questions: Sequence[Question]) -> Iterator[str]:
    """Write the questions with what is assumed, and how long the slow ones take."""
    for question in questions:
        slow = (
            f" ({question.minutes} minutes{', opens a window' * question.opens_a_window})" if question.minutes else ""
        )
        yield f"{question.name}{slow}: {question.text}"
        yield f"    assumed: {question.assumed}"
