"""Lets moto make EC2 instances with ids that a caller chooses: a node of a rehearsal has its id before it exists."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_CHOSEN: list[str] = []
"""The ids of the next instances."""


def choose_instance_ids(ids: Sequence[str]) -> None:
    """Give the next instances these ids."""
    _patch()
    _CHOSEN[:] = ids


@cache
def _patch() -> None:
    from moto.ec2.models import instances  # noqa: PLC0415  # loading moto takes 0.5 s

    module: Any = instances
    make_id = module.random_instance_id
    module.random_instance_id = lambda: _CHOSEN.pop(0) if _CHOSEN else make_id()
