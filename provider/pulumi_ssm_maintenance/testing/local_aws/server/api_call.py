"""One call of an AWS API, read from an HTTP request."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from .service_model import service_of_signing_name

UNSIGNED_ACTIONS = {"AssumeRoleWithWebIdentity": "sts", "AssumeRoleWithSAML": "sts"}

# https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")


@dataclass(frozen=True, slots=True)
class ApiCall:
    """The operation, the account and region that it is for, and the HTTP request."""

    service: str
    operation: str
    region: str
    account: str
    protocol: str
    environ: dict[str, Any]
    body: bytes

    def json_body(self) -> dict[str, Any]:
        """The parameters of a JSON protocol; empty when the body is not a JSON object."""
        try:
            parameters = json.loads(self.body or b"{}")
        except ValueError:
            return {}
        return parameters if isinstance(parameters, dict) else {}


@dataclass(frozen=True, slots=True)
class Caller:
    """The access key and the scope that a request is signed with."""

    access_key: str
    region: str
    service: str


def caller_of(environ: dict[str, Any], action: str) -> Caller:
    """Read the signature; a call without one is recognised by its action."""
    found = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    if found is None:
        return Caller("", "us-east-1", UNSIGNED_ACTIONS.get(action, "s3"))
    access_key, region, signing_name = found.groups()
    return Caller(access_key, region, service_of_signing_name(signing_name))


def protocol_and_action(environ: dict[str, Any], body: bytes) -> tuple[str, str]:
    """The wire protocol, and the operation where the protocol names it ("" in the REST ones)."""
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        return "json", target.rpartition(".")[2]
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        return "query", parse_qs(body.decode()).get("Action", [""])[0]
    return "rest-json", ""
