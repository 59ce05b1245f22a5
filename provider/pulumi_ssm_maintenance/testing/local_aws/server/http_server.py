"""The HTTP server of the local AWS: reads requests, applies faults, and passes calls on to the service that answers."""

from __future__ import annotations

import json
import socket
import sys
import time
import traceback
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from pulumi_ssm_maintenance.testing.local_aws.faults import Fault

from .api_call import ApiCall, caller_of, protocol_and_action
from .api_error import Answer, ApiError, error_answer
from .checkpoint import Checkpoint
from .command_outputs import write_outputs
from .fault_injection import FaultEffects, FaultInjection
from .moto_backend import Moto
from .request_recorder import RequestRecorder
from .request_validation import check
from .service_model import service_model
from .ssm.documents.own_documents import check_own_document
from .ssm.service import SsmService

if TYPE_CHECKING:
    from collections.abc import Callable

LOOPBACK = "127.0.0.1"
CONTROL = "/_local/"
"""The path prefix of the control endpoint; no AWS client uses it, and no fault touches it."""


class LocalAwsServer(ThreadedWSGIServer):
    """Serves the whole local AWS on the loopback interface, a thread for each connection."""

    def __init__(self, port: int, *, quiet: bool) -> None:
        # The handler answers, instead of an application: it keeps connections alive.
        super().__init__(LOOPBACK, port, lambda *_: [], _Handler)
        self.quiet = quiet
        self.moto = Moto()
        self.ssm = SsmService()
        self.faults = FaultInjection()
        self.recorder = RequestRecorder(self.moto.parameters_of)
        self.checkpoint = Checkpoint(self.ssm)
        self._takers: dict[str, Callable[[Any], object]] = {
            "checkpoint": self.checkpoint.control,
            "faults": lambda fault: self.faults.add(Fault(**fault)),
            "history": self._write_history,
            "instance-ids": self.moto.choose_instance_ids,
        }

    def control(self, method: str, what: str, query: str, body: bytes) -> Any:
        """Answer a request to the control endpoint."""
        match method, what:
            case "GET", "requests":
                wanted = parse_qs(query)
                found = self.recorder.requests(*(wanted.get(key, [None])[0] for key in ("service", "operation")))
                return [asdict(request) for request in found]
            case "GET", "windows":
                return self.ssm.all_windows()
            case "DELETE", "requests":
                return self.recorder.clear()
            case "DELETE", "faults":
                return self.faults.clear()
            case "POST", "reset":
                return self.reset()
            case "POST", name if name in self._takers:
                return self._takers[name](json.loads(body))
        raise KeyError(what)

    def _write_history(self, content: dict[str, Any]) -> None:
        """Take over what a rehearsal reports."""
        self.ssm.write_history(content)
        if content["outputs"]:
            self.moto.load()
            for service in ("s3", "logs"):
                self.checkpoint.keep(service, content["account"])
            write_outputs(content["account"], content["region"], content["outputs"])

    def reset(self) -> None:
        """Remove all resources, logged calls and faults."""
        self.ssm.reset()
        self.moto.reset()
        self.faults.clear()
        self.recorder.clear()

    def call_of(self, environ: dict[str, Any], body: bytes) -> ApiCall:
        """Read who calls what from an HTTP request."""
        protocol, action = protocol_and_action(environ, body)
        caller = caller_of(environ, action)
        model = service_model(caller.service)
        if protocol != "json" and model and model.protocol in {"ec2", "rest-xml"}:
            protocol = str(model.protocol)
        operation = action or self.moto.operation_of(caller.service, environ, body)
        account = self.moto.account_of(caller.access_key)
        return ApiCall(caller.service, operation, caller.region, account, protocol, environ, body)

    def answer(self, call: ApiCall, effects: FaultEffects) -> Answer:
        """Do what a call asks, unless a fault refuses it."""
        if effects.error:
            return error_answer(effects.error, call)
        try:
            self.checkpoint.before(call)
            if self.ssm.serves(call):
                return self.ssm.handle(call, effects)
            check(call)
            check_own_document(call)
            return self.moto.handle(call)
        except ApiError as error:
            return error_answer(error, call)
        except Exception as error:  # noqa: BLE001  # moto raises anything, and the client needs an answer
            # The frames alone: the text of an exception may hold a value of the request.
            traceback.print_tb(error.__traceback__)
            text = f"The local AWS failed at {call.service} {call.operation}: {type(error).__name__}"
            return error_answer(ApiError("LocalAwsFailure", text), call)


class _Handler(WSGIRequestHandler):
    """Reads one request after the other from a connection.

    Werkzeug's own handler closes the connection after each request and waits 10 ms for more before it does.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: LocalAwsServer  # pyright: ignore[reportIncompatibleVariableOverride]  # typeshed does not let it narrow

    def run_wsgi(self) -> None:
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.send_response_only(100)
            self.end_headers()
            self.wfile.flush()
        environ = self.make_environ()
        body = _body(environ)
        if len(body) < int(environ.get("CONTENT_LENGTH") or 0):
            # The client died while it sent: AWS runs no request that it has only a part of.
            self.close_connection = True
            return
        path = environ["PATH_INFO"]
        if path.startswith(CONTROL):
            self._control(path.removeprefix(CONTROL), environ["QUERY_STRING"], body)
        else:
            self._call(self.server.call_of(environ, body))

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Print nothing: the line of the call says more."""

    def _control(self, what: str, query: str, body: bytes) -> None:
        try:
            result = self.server.control(self.command, what, query, body)
        except (KeyError, TypeError, ValueError) as error:
            self._send(Answer(400, json.dumps({"error": str(error)}).encode()))
        else:
            self._send(Answer(200, json.dumps(result).encode(), [("Content-Type", "application/json")]))

    def _call(self, call: ApiCall) -> None:
        server = self.server
        recording = server.recorder.begin(call)
        effects = server.faults.effects(call)
        time.sleep(effects.delay)
        answer = None if effects.cut_before else server.answer(call, effects)
        if effects.cut_after:
            answer = None
        server.recorder.end(recording, answer.status if answer else None, answer.error_code if answer else None)
        if not server.quiet:
            outcome = f"{answer.status} {answer.error_code or ''}" if answer else "connection cut"
            sys.stderr.write(f"{call.account} {call.region} {call.service} {call.operation} {outcome}\n")
        if answer:
            self._send(answer)
        else:
            self._cut()

    def _send(self, answer: Answer) -> None:
        self.send_response_only(answer.status)
        is_head = self.command == "HEAD"
        for name, value in answer.headers:
            if is_head or name.lower() != "content-length":
                self.send_header(name, value)
        if not is_head:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if not is_head:
            self.wfile.write(answer.body)
        self.wfile.flush()

    def _cut(self) -> None:
        """End the connection at once; `close` would leave it open as long as its file objects exist."""
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


def _body(environ: dict[str, Any]) -> bytes:
    """Read the whole body, also a chunked one, so that the next request on the connection is read from its start."""
    stream = environ["wsgi.input"]
    if environ.get("wsgi.input_terminated"):
        return bytes(stream.read())
    return bytes(stream.read(int(environ.get("CONTENT_LENGTH") or 0)))
