"""The windows that exist in a `LocalAws`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeclaredWindow:
    """A maintenance window and where it is; `LocalAws.windows` returns them."""

    id: str
    name: str
    region: str
    account: str
