"""Lets moto find the default version of a document by its name, `$DEFAULT`."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def find_default_versions() -> None:
    """Add the name to moto's documents, once per process."""
    from moto.ssm.models import Documents  # noqa: PLC0415  # loading moto takes 0.5 s

    documents: Any = Documents
    find = documents.find

    def find_version(
        self: Any, document_version: str | None = None, version_name: str | None = None, *strict: bool, **more: bool
    ) -> Any:
        version = self.default_version if document_version == "$DEFAULT" else document_version
        return find(self, version, version_name, *strict, **more)

    documents.find = find_version
