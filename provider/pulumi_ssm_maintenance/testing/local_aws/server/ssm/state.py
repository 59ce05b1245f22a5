"""What the local AWS keeps of Systems Manager for one account in one region."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .client_tokens import ClientTokens
from .history.records import History

if TYPE_CHECKING:
    from .patching.records import Baseline
    from .windows.records import Window


@dataclass(slots=True)
class RegionState:
    """All windows, patch baselines and client tokens."""

    windows: dict[str, Window] = field(default_factory=dict)
    baselines: dict[str, Baseline] = field(default_factory=dict)
    """The account's own patch baselines."""
    patch_groups: dict[tuple[str, str], str] = field(default_factory=dict)
    """From patch group and operating system to the id of the baseline."""
    default_baselines: dict[str, str] = field(default_factory=dict)
    """From operating system to the id of the baseline that replaces AWS's default."""
    tokens: ClientTokens = field(default_factory=ClientTokens)
    history: History = field(default_factory=History)
    """What rehearsals have left behind."""
