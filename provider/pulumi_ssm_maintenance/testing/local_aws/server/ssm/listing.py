"""Filters and pages of the Describe operations."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from .errors import validation_error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_ssm_maintenance.testing.local_aws.server.service_model import Members

DEFAULT_PAGE = 50
PREFIX_FILTER = "NAME_PREFIX"


def listing(items: list[Members], parameters: Members, result: str, filters: Mapping[str, str]) -> Members:
    """Return one page of the items that match; `filters` maps a filter's key to an item's member."""
    conditions = parameters.get("Filters", [])
    for condition in conditions:
        if condition.get("Key", "") not in filters:
            raise validation_error(f"Filter key {condition.get('Key', '')} is not one of {', '.join(filters)}")
    matching = [item for item in items if all(_matches(item, condition, filters) for condition in conditions)]
    return page(matching, parameters, result)


def page(items: list[Members], parameters: Members, result: str) -> Members:
    """Return one page of items."""
    start = _offset(parameters.get("NextToken"))
    end = start + parameters.get("MaxResults", DEFAULT_PAGE)
    more = {"NextToken": _token(end)} if end < len(items) else {}
    return {result: items[start:end], **more}


def _matches(item: Members, condition: Members, filters: Mapping[str, str]) -> bool:
    """Tell whether an item fulfils a filter, whose values are alternatives."""
    value, wanted = item.get(filters[condition["Key"]]), condition.get("Values", [])
    if isinstance(value, bool):
        return str(value).lower() in [text.lower() for text in wanted]
    return str(value).startswith(tuple(wanted)) if condition["Key"] == PREFIX_FILTER else str(value) in wanted


def _token(offset: int) -> str:
    return base64.urlsafe_b64encode(str(offset).encode()).decode()


def _offset(token: str | None) -> int:
    if token is None:
        return 0
    try:
        text = base64.urlsafe_b64decode(token)
    except (binascii.Error, ValueError):
        text = b""
    if not text.isdigit():
        raise validation_error("NextToken was not given out by this operation")
    return int(text)
