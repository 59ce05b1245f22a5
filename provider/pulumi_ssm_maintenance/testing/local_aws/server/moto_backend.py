"""moto, which answers every service and operation that the local AWS does not implement itself.

Only the server process imports it: moto changes botocore for its whole process.
"""

from __future__ import annotations

import os
import re
import time
from functools import cache, cached_property
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING, Any

from werkzeug.test import run_wsgi_app

from pulumi_ssm_maintenance.testing.local_aws.local_aws import ACCOUNT_ID

from .api_error import Answer, ApiError
from .moto_additions.composite_alarms import make_composite_alarms
from .moto_additions.documents import find_default_versions
from .moto_additions.identity_providers import complete_identity_providers
from .moto_additions.instances import choose_instance_ids
from .moto_additions.lambda_functions import keep_log_settings
from .moto_additions.managed_policies import keep_managed_policies
from .moto_additions.policy_simulation import simulate_policies
from .moto_additions.resource_groups import list_members
from .service_model import service_model

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .api_call import ApiCall

# moto has the policies that AWS manages, but loads them on request only.
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")

# Hundreds of images of others, which every new instance is compared with.
os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")

_IMPORT_TRIES, _IMPORT_PAUSE = 20, 0.1
"""How often the import of a service is tried while another thread imports, and the seconds between."""

_ADDITIONS: dict[str, tuple[Callable[[], None], ...]] = {
    "cloudwatch": (make_composite_alarms,),
    "iam": (simulate_policies, complete_identity_providers),
    "lambda": (keep_log_settings,),
    "resource-groups": (list_members,),
    "ssm": (find_default_versions,),
}
"""What is added to moto before a service is served."""


class Moto:
    """moto's applications, loaded on first use."""

    def __init__(self) -> None:
        # One thread imports at a time: moto's modules import each other in circles.
        self._loading = Lock()
        self._loaded_services: set[str] = set()
        self._accounts: dict[str, str] = {}

    @property
    def is_loaded(self) -> bool:
        """Tell whether moto is imported completely."""
        return "_application" in vars(self)

    def load(self) -> None:
        """Import moto, so that the first call need not wait for all of it."""
        with self._loading:
            _ = self._application

    def _load_service(self, call: ApiCall) -> None:
        """Import the modules of a service, before its first call is handled."""
        self.load()
        if call.service in self._loaded_services:
            return
        with self._loading:
            for tries_left in reversed(range(_IMPORT_TRIES)):
                try:
                    for add in _ADDITIONS.get(call.service, ()):
                        add()
                    self._application.get_application(_environ(call.environ, call.body))
                    break
                except RuntimeError as error:
                    # A call that is being handled imports too, and the modules import each other in circles.
                    if type(error).__name__ != "_DeadlockError" or not tries_left:
                        raise
                    time.sleep(_IMPORT_PAUSE)
            self._loaded_services.add(call.service)

    def account_of(self, access_key: str) -> str:
        """Return the account of an access key: the default one, unless AssumeRole or IAM created the key."""
        if access_key not in self._accounts:
            known = _known_keys() if self.is_loaded else {}
            self._accounts[access_key] = known.get(access_key, ACCOUNT_ID)
        return self._accounts[access_key]

    def operation_of(self, service: str, environ: dict[str, Any], body: bytes) -> str:
        """Return the operation of a REST call, found by its method and path; else the method and path themselves."""
        self.load()
        from moto.core.routing import get_service_router  # noqa: PLC0415  # loading moto takes 0.5 s
        from werkzeug.exceptions import NotFound  # noqa: PLC0415  # as above

        if service_model(service) is None:
            return f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        try:
            operation, _ = get_service_router(service).match(_request(environ, body))
        except (NotFound, NotImplementedError):
            return f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        return str(operation.name)

    def parameters_of(self, call: ApiCall) -> dict[str, Any]:
        """Read the parameters of a call in any protocol."""
        if call.protocol == "json":
            return call.json_body()
        self.load()
        from moto.core.parse import PROTOCOL_PARSERS  # noqa: PLC0415  # loading moto takes 0.5 s
        from moto.core.routing import get_service_router  # noqa: PLC0415  # as above

        request = _request(call.environ, call.body)
        operation, path_parameters = get_service_router(call.service).match(request)
        parser = PROTOCOL_PARSERS[call.protocol](operation, map_type=dict)
        return parser.parse(
            {
                "method": request.method,
                "values": request.values,
                "headers": request.headers,
                "body": request.data,
                "url_path": request.path,
                "url_params": path_parameters,
            }
        )

    def handle(self, call: ApiCall) -> Answer:
        """Let moto answer; an operation that it lacks is an error that says so."""
        self._load_service(call)
        environ = _environ(call.environ, call.body)
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = call.account
        try:
            chunks, status, headers = run_wsgi_app(self._application, environ, buffered=True)
        except NotImplementedError:
            raise _unknown(call) from None
        body = b"".join(chunks)
        code = int(status.split()[0])
        if code == 404 and body.startswith(b"<!doctype html>"):
            raise _unknown(call)
        kept = [(name, value) for name, value in headers if name.lower() not in _CONNECTION_HEADERS]
        return Answer(code, body, kept, _error_code(body, dict(kept)) if code >= 400 else None)

    def choose_instance_ids(self, ids: Sequence[str]) -> None:
        """Give the next EC2 instances these ids."""
        self.load()
        choose_instance_ids(ids)

    def reset(self) -> None:
        """Remove all resources, and all access keys with them."""
        if self.is_loaded:
            _forget_backends()
        self._accounts.clear()

    @cached_property
    def _application(self) -> Any:
        from moto.core import responses  # noqa: PLC0415  # loading moto takes 0.5 s
        from moto.iam.models import SERVICE_NAME_CONVERSION  # noqa: PLC0415  # as above
        from moto.moto_server.werkzeug_app import (  # noqa: PLC0415  # as above
            DomainDispatcherApplication,
            create_backend_app,
        )

        # moto looks through all attributes of a service for each call, which takes a millisecond or two.
        names: Any = vars(responses)
        names["method_names_from_class"] = cache(names["method_names_from_class"])
        # moto would name it AWSServiceRoleForssm.
        SERVICE_NAME_CONVERSION["ssm"] = "AmazonSSM"
        keep_managed_policies()
        return DomainDispatcherApplication(create_backend_app)


def _forget_backends() -> None:
    """Do what moto's own reset does, but make no new backends: each is made by its next call.

    Those of IAM and EC2 take half a second, because they hold AWS's own policies and images.
    """
    from moto.core.base_backend import BackendDict, BaseBackend, backend_lock  # noqa: PLC0415  # loaded already
    from moto.core.model_instances import reset_model_data  # noqa: PLC0415  # as above

    with backend_lock:
        for services in BackendDict._instances:  # type: ignore[misc]  # noqa: SLF001  # moto has no public way
            for backend in (each for regions in services.values() for each in regions.values()):
                # S3 closes its files.
                if type(backend).reset is not BaseBackend.reset:
                    backend.reset()
            services.clear()
        BackendDict._instances.clear()  # type: ignore[misc]  # noqa: SLF001  # as above
    reset_model_data()


def _unknown(call: ApiCall) -> ApiError:
    return ApiError("UnknownOperationException", f"The local AWS does not know {call.service} {call.operation}")


def _known_keys() -> dict[str, str]:
    """Return all keys that AssumeRole and IAM created, with their accounts.

    Only existing IAM backends are asked: creating one takes 0.1 s.
    """
    from moto.iam.models import iam_backends  # noqa: PLC0415  # loaded already

    return {
        key: account
        for account, partitions in list(iam_backends.items())
        for backend in list(partitions.values())
        for key in list(backend.access_keys)
    }


def _request(environ: dict[str, Any], body: bytes) -> Any:
    from moto.moto_server.werkzeug_app import BackendRequest  # noqa: PLC0415  # loading moto takes 0.5 s

    return BackendRequest(_environ(environ, body))


def _environ(environ: dict[str, Any], body: bytes) -> dict[str, Any]:
    return {**environ, "wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}


def _error_code(body: bytes, headers: dict[str, str]) -> str | None:
    text = body.decode(errors="replace")
    found = _ERROR_TYPE.search(text) or _ERROR_TYPE_XML.search(text)
    code = found[1] if found else headers.get("x-amzn-errortype") or headers.get("X-Amzn-Errortype")
    return code.rpartition("#")[2] if code else None


_ERROR_TYPE = re.compile(r'"__type": ?"([^"]+)"')
_ERROR_TYPE_XML = re.compile(r"<Code>([^<]+)</Code>")
_CONNECTION_HEADERS = {"connection", "transfer-encoding"}
