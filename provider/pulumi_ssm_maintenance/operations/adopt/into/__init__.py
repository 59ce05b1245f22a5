"""Adopt into a project that exists: what its program plans gets the ids of what AWS holds."""

from .matching import Pair
from .project import Joined, Joining, join, match

__all__ = ["Joined", "Joining", "Pair", "join", "match"]
