"""Filters and pages of the Describe calls."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from pulumi_ssm_maintenance.testing.local_aws.server.api_error import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pulumi_ssm_maintenance.testing.local_aws.server.service_model import Members

DEFAULT_PAGE = 50


def listing(items: list[Members], parameters: Members, result: str, filters: Mapping[str, str]) -> Members:
    """The page of the matching items that the call asks for; `filters` maps a filter's key to an item's member."""
    wanted = [(_member(condition, filters), condition.get("Values", [])) for condition in parameters.get("Filters", [])]
    # Values of one filter are alternatives, the filters themselves must all hold.
    matching = [item for item in items if all(_as_text(item.get(member)) in values for member, values in wanted)]
    start = _offset(parameters.get("NextToken"))
    end = start + parameters.get("MaxResults", DEFAULT_PAGE)
    more = {"NextToken": _token(end)} if end < len(matching) else {}
    return {result: matching[start:end], **more}


def _member(condition: Members, filters: Mapping[str, str]) -> str:
    key = condition.get("Key", "")
    if key not in filters:
        raise ApiError("ValidationException", f"Filter key {key} is not one of {', '.join(filters)}")
    return filters[key]


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _token(offset: int) -> str:
    return base64.urlsafe_b64encode(str(offset).encode()).decode()


def _offset(token: str | None) -> int:
    if token is None:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token))
    except (binascii.Error, ValueError):
        raise ApiError("ValidationException", "NextToken is not one that this call has given") from None
