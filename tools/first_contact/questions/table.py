"""All questions, the quick ones first."""

from . import openings, reading, registrations, removals, tokens, updates, windows

QUESTIONS = tuple(
    sorted(
        (
            *registrations.QUESTIONS,
            *tokens.QUESTIONS,
            *updates.QUESTIONS,
            *reading.QUESTIONS,
            *removals.QUESTIONS,
            *windows.QUESTIONS,
            *openings.QUESTIONS,
        ),
        key=lambda question: question.minutes,
    )
)
