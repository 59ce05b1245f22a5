"""An AWS made of a recording: an HTTP server that answers a request as AWS answered the same one."""

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from urllib.parse import parse_qs

from tools.first_contact.exchanges import ACCOUNT, PRINCIPAL

IDENTITY = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    f"<Arn>{PRINCIPAL}</Arn><UserId>AIDAEXAMPLE</UserId><Account>{ACCOUNT}</Account>"
    "</GetCallerIdentityResult></GetCallerIdentityResponse>"
)
REPEATABLE = "GetMaintenanceWindowTask"


class ReplayedAws:
    """Answers with the exchanges that are expected, each once, and with nothing else."""

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.unexpected = []
        self._expected = []
        self._lock = Lock()

    @contextmanager
    def expect(self, *exchanges):
        """Answer by these exchanges, and fail if the caller asks for anything else or leaves one out."""
        self._expected, self.unexpected = list(exchanges), []
        yield
        assert self.unexpected == []
        assert [it.operation for it in self._expected] == []

    def answer(self, operation, request):
        """The status and the body of an answer."""
        with self._lock:
            for exchange in self._expected:
                if (exchange.operation, meant(exchange.request)) == (operation, meant(request)):
                    self._expected.remove(exchange)
                    return exchange.status or 200, body_of(exchange)
            self.unexpected.append((operation, request))
        return 400, {"__type": "ValidationException", "message": f"{operation} is not in the recording"}


def body_of(exchange):
    if exchange.code:
        return {"__type": exchange.code, "message": exchange.message, "Message": exchange.message}
    return exchange.response


def meant(request):
    """A request without what means nothing: tokens, AWS's default priority, and empty structures."""
    kept = {
        name: value for name, value in request.items() if name != "ClientToken" and (name, value) != ("Priority", 0)
    }
    return without_empty(kept)


def without_empty(value):
    if isinstance(value, dict):
        parts = {name: without_empty(part) for name, part in value.items()}
        return {name: part for name, part in parts.items() if part not in ({}, [], None)}
    return [without_empty(part) for part in value] if isinstance(value, list) else value


@contextmanager
def replayed_aws():
    """Serve on the loopback interface."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if target := self.headers.get("X-Amz-Target"):
                status, answer = aws.answer(target.rpartition(".")[2], json.loads(body))
                self.reply(status, "application/x-amz-json-1.1", json.dumps(answer))
            else:
                assert parse_qs(body.decode())["Action"] == ["GetCallerIdentity"]
                self.reply(200, "text/xml", IDENTITY)

        def reply(self, status, kind, text):
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    aws = ReplayedAws(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield aws
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
