"""Completes the OpenID Connect providers of moto: their clients can change, and AWS's checks and default apply.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pulumi_ssm_maintenance.testing.local_aws.server.api_error import ApiError

if TYPE_CHECKING:
    from collections.abc import Sequence

_THUMBPRINT_LENGTH = 40


@cache
def complete_identity_providers() -> None:
    """Replace and add the operations in moto's IAM, once per process."""
    from moto.core.responses import EmptyResult  # noqa: PLC0415  # loading moto takes 0.5 s
    from moto.iam.exceptions import EntityAlreadyExists  # noqa: PLC0415  # as above
    from moto.iam.models import IAMBackend  # noqa: PLC0415  # as above
    from moto.iam.responses import IamResponse  # noqa: PLC0415  # as above

    backend: Any = IAMBackend
    served: Any = IamResponse
    create, change = backend.create_open_id_connect_provider, backend.update_open_id_connect_provider_thumbprint

    def checked_create(self: Any, url: str, thumbprint_list: list[str], client_id_list: list[str], tags: Any) -> Any:
        _check_url(url)
        _check_thumbprints(thumbprint_list)
        try:
            return create(self, url, thumbprint_list or [_retrieved(url)], client_id_list, tags)
        except EntityAlreadyExists:
            raise ApiError("EntityAlreadyExists", f"Provider with url {url} already exists.", 409) from None

    def checked_change(self: Any, arn: str, thumbprint_list: list[str]) -> None:
        if not thumbprint_list:
            raise ApiError("InvalidInput", "Thumbprint list must contain at least one entry.")
        _check_thumbprints(thumbprint_list)
        change(self, arn, thumbprint_list)

    def add_client(self: Any) -> Any:
        clients, added = _clients(self), self._get_param("ClientID")
        if added not in clients:
            clients.append(added)
        return EmptyResult()

    def remove_client(self: Any) -> Any:
        clients, removed = _clients(self), self._get_param("ClientID")
        clients[:] = [one for one in clients if one != removed]
        return EmptyResult()

    backend.create_open_id_connect_provider = checked_create
    backend.update_open_id_connect_provider_thumbprint = checked_change
    served.add_client_id_to_open_id_connect_provider = add_client
    served.remove_client_id_from_open_id_connect_provider = remove_client


def _clients(call: Any) -> list[str]:
    """The clients of the provider that a call names."""
    found: list[str] = call.backend.get_open_id_connect_provider(
        call._get_param("OpenIDConnectProviderArn")  # noqa: SLF001  # moto has no public way
    ).client_id_list
    return found


def _check_url(url: str) -> None:
    """Demand what AWS documents of the URL: https, neither a port nor a query."""
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.port or parts.query:
        raise ApiError("ValidationError", "Invalid Open ID Connect Provider URL")


def _check_thumbprints(thumbprints: Sequence[str]) -> None:
    if any(len(one) != _THUMBPRINT_LENGTH for one in thumbprints):
        problem = (
            f"Value '{list(thumbprints)}' at 'thumbprintList' failed to satisfy constraint: Member must satisfy"
            f" constraint: [Member must have length less than or equal to {_THUMBPRINT_LENGTH}, Member must have length"
            f" greater than or equal to {_THUMBPRINT_LENGTH}]"
        )
        raise ApiError("ValidationError", f"1 validation error detected: {problem}")


def _retrieved(url: str) -> str:
    """The thumbprint that AWS would read from the host of the provider; one that never changes."""
    return hashlib.sha1(url.encode(), usedforsecurity=False).hexdigest()
