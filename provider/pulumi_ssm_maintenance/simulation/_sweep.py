"""Every combination of assumptions that matters for a night, and what depends on them."""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from ._assumptions import Assumptions, questions
from ._rehearsal import Dependency, Rehearsal

MOST_NIGHTS = 512
"""How many combinations are tried at most, those with the fewest differences first."""


def sweep(night: Callable[[Assumptions], Rehearsal]) -> Rehearsal:
    """Simulate a night under all assumptions that it makes use of.

    A simulation notes which assumptions made a difference. Each of them is a fork: the night is simulated again with
    every other answer, and with the forks that appear then.
    """
    asked, first = questions(), night(Assumptions())
    nights: list[tuple[dict[str, str], Rehearsal]] = []
    to_try: deque[tuple[dict[str, str], Mapping[str, str]]] = deque([({}, {})])
    while to_try and len(nights) < MOST_NIGHTS:
        differing, fixed = to_try.popleft()
        rehearsal = night(_assumptions(differing)) if differing else first
        nights.append((differing, rehearsal))
        settled = dict(fixed)
        for name, answer in rehearsal.assumptions.items():
            if name in fixed:
                continue
            for other in asked[name][1]:
                if other != answer:
                    to_try.append(({**differing, name: other}, {**settled, name: other}))
            settled[name] = answer
    first.variants = [rehearsal for _, rehearsal in nights[1:]]
    first.is_complete = not to_try
    first.depends_on = _dependencies(first, nights[1:])
    return first


def _assumptions(answers: Mapping[str, Any]) -> Assumptions:
    return Assumptions(**answers)


def _dependencies(first: Rehearsal, nights: list[tuple[dict[str, str], Rehearsal]]) -> list[Dependency]:
    """The answers that change the outcome, each with the fewest other answers that it takes."""
    asked = questions()
    outcomes = {frozenset(differing.items()): rehearsal.outcome() for differing, rehearsal in [({}, first), *nights]}
    found: dict[tuple[str, str], Dependency] = {}
    for differing, _ in nights:
        *others, name = differing
        outcome = outcomes[frozenset(differing.items())]
        together_with = {other: differing[other] for other in others}
        if (name, differing[name]) in found or outcome == outcomes[frozenset(together_with.items())]:
            continue
        question, answers = asked[name]
        found[name, differing[name]] = Dependency(
            assumption=name,
            question=question,
            assumed=next(iter(answers.values())),
            otherwise=answers[differing[name]],
            outcome=outcome,
            together_with=together_with,
        )
    return list(found.values())
