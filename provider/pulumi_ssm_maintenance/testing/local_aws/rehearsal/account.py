"""One account in one region of a local AWS, as a rehearsal works with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .scripts import ScriptProcess


@dataclass(slots=True)
class LocalAccount:
    """The way to an account of the local AWS."""

    make_client: Callable[[str], Any]
    account_id: str
    region: str
    control: Callable[[str, Any], Any]
    """Posts something to the control endpoint."""
    variables: Mapping[str, str]
    """The environment of a process that talks to this AWS."""
    scripts: ScriptProcess
    """Runs the scripts of runbooks."""
    _clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """Return a boto3 client, made once."""
        if service not in self._clients:
            self._clients[service] = self.make_client(service)
        return self._clients[service]

    def environment(self) -> dict[str, str]:
        """Return the variables that send a script to this account and region."""
        keys = self.client("ssm")._request_signer._credentials.get_frozen_credentials()  # noqa: SLF001  # no other way to the keys of a client
        return {
            **self.variables,
            "AWS_ACCESS_KEY_ID": keys.access_key,
            "AWS_SECRET_ACCESS_KEY": keys.secret_key,
            "AWS_SESSION_TOKEN": keys.token or "",
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
        }
