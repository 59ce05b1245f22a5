"""The wire between a provider and the local AWS: everything that is sent is heard, and may be echoed in an error."""

import base64
import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl, unquote_plus, urlsplit
from xml.sax.saxutils import escape

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

_OF_ONE_HOP = {"connection", "proxy-authorization", "transfer-encoding"}


@dataclass
class Heard:
    """One request, as it was sent."""

    url: str
    headers: dict[str, str]
    body: bytes

    @property
    def operation(self):
        """The operation, as the API names it."""
        of_query = dict(parse_qsl(self.body.decode())).get("Action", "")
        return self.headers.get("X-Amz-Target", "").rpartition(".")[2] or of_query

    @property
    def text(self):
        """Everything in it, in every form in which a value may stand there."""
        body = self.body.decode()
        words = self.headers.get("Proxy-Authorization", "").removeprefix("Basic ")
        pieces = [*map(str, self.headers.items()), base64.b64decode(words).decode(), body, unquote_plus(body)]
        return "\n".join([*pieces, _unescaped(body)])

    def is_signed_with(self, secret_key):
        """Tell whether a secret key, which is never sent itself, has signed the request."""
        if "Authorization" not in self.headers:  # such as AssumeRoleWithWebIdentity
            return False
        _, _, given = self.headers["Authorization"].partition(" ")
        parts = dict(part.strip().split("=", 1) for part in given.split(","))
        key, _, region, service, _ = parts["Credential"].split("/")
        signed = {name: self.headers[name] for name in map(str.title, parts["SignedHeaders"].split(";"))}
        request = AWSRequest("POST", self.url, data=self.body, headers=signed)
        request.context["timestamp"] = self.headers["X-Amz-Date"]
        signer = SigV4Auth(Credentials(key, secret_key), service, region)
        text = signer.string_to_sign(request, signer.canonical_request(request))
        return signer.signature(text, request) == parts["Signature"]


@dataclass
class Wire:
    """A server in front of a local AWS, which is its endpoint and may be its proxy too."""

    target: str
    address: str = ""
    heard: list[Heard] = field(default_factory=list)
    echo: tuple[str, ...] = ()
    """The operations that are answered with an error that echoes the whole request, as AWS may do."""

    @property
    def endpoint(self):
        return f"http://{self.address}"

    def text(self):
        return "\n".join(request.text for request in self.heard)


@contextmanager
def listening_to(aws):
    """Give the wire to a local AWS."""
    wire = Wire(aws.endpoint)
    handler = type("Handler", (_Handler,), {"wire": wire})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    wire.address = f"127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    yield wire
    server.shutdown()
    server.server_close()


class _Handler(BaseHTTPRequestHandler):
    wire: Wire

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.title(): value for name, value in self.headers.items()}
        # To a proxy the whole URL is sent, to a server the path alone.
        url = self.path if "://" in self.path else f"http://{headers['Host']}{self.path}"
        request = Heard(url, headers, body)
        self.wire.heard.append(request)
        if request.operation in self.wire.echo:
            message = f"{request.text}\n{headers}\n{body.decode()}\n{json.dumps(body.decode())}"
            self._answer(400, _error(message) if "X-Amz-Target" in headers else _xml_error(message))
            return
        connection = HTTPConnection(urlsplit(self.wire.target).netloc, timeout=60)
        passed_on = {name: value for name, value in headers.items() if name.lower() not in _OF_ONE_HOP}
        try:
            connection.request("POST", urlsplit(url).path, body, passed_on)
            answer = connection.getresponse()
            self._answer(answer.status, answer.read())
        except OSError:
            self.close_connection = True  # One of the two was cut off, which the other is to see.
        finally:
            connection.close()

    def log_message(self, *_):
        """Say nothing."""

    def _answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _error(message):
    return json.dumps({"__type": "ValidationException", "message": message}).encode()


def _xml_error(message):
    error = f"<Code>ValidationException</Code><Message>{escape(message)}</Message>"
    return f"<ErrorResponse><Error>{error}</Error></ErrorResponse>".encode()


def _unescaped(body):
    """Give the JSON of a body as the values that it holds, blobs decoded."""
    try:
        value = json.loads(body)
    except ValueError:
        return ""
    texts, waiting = [], [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting.extend([*part, *part.values()])
        elif isinstance(part, list):
            waiting.extend(part)
        else:
            texts.append(str(part))
    payload = value.get("TaskInvocationParameters", {}).get("Lambda", {}).get("Payload", "")
    return "\n".join([*texts, base64.b64decode(payload).decode()])
