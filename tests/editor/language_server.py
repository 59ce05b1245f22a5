"""A language server as an editor runs it: JSON-RPC over standard input and output."""

import json
import subprocess
import sys
from itertools import count
from pathlib import Path

SERVER = Path(sys.executable).with_name("basedpyright-langserver")
SETTINGS = {
    "python": {"pythonPath": sys.executable},
    "basedpyright": {"analysis": {"diagnosticMode": "openFilesOnly"}},
    "basedpyright.analysis": {"diagnosticMode": "openFilesOnly"},
}


class LanguageServer:
    """One server process, whose workspace is a folder."""

    def __init__(self, folder):
        self._folder = folder
        self._ids = count(1)
        self._process = subprocess.Popen(
            [SERVER, "--stdio"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        root = folder.as_uri()
        self._ask(
            "initialize",
            processId=None,
            rootUri=root,
            workspaceFolders=[{"uri": root, "name": "programs"}],
            capabilities={
                "workspace": {"configuration": True, "workspaceFolders": True},
                "textDocument": {"hover": {"contentFormat": ["plaintext"]}},
            },
        )
        self._send(method="initialized", params={})

    def open(self, name, text):
        """Open a file in the editor."""
        document = {"uri": self._uri(name), "languageId": "python", "version": 1, "text": text}
        self._send(method="textDocument/didOpen", params={"textDocument": document})

    def hover(self, name, line, character):
        """Return the text that the editor shows at a position, or an empty one."""
        position = {"line": line, "character": character}
        answer = self._ask("textDocument/hover", textDocument={"uri": self._uri(name)}, position=position)
        return answer["contents"]["value"] if answer else ""

    def close(self):
        """End the process."""
        self._process.kill()
        self._process.communicate()

    def _uri(self, name):
        return (self._folder / name).as_uri()

    def _ask(self, method, **params):
        identity = next(self._ids)
        self._send(id=identity, method=method, params=params)
        while True:
            message = self._receive()
            if message.get("id") == identity and "method" not in message:
                assert "error" not in message, message["error"]
                return message["result"]
            if "id" in message:
                self._send(id=message["id"], result=self._answer(message))

    @staticmethod
    def _answer(request):
        """Answer a request of the server: it asks for settings, and reports what it does."""
        if request["method"] == "workspace/configuration":
            return [SETTINGS.get(item.get("section")) for item in request["params"]["items"]]
        return None

    def _send(self, **message):
        body = json.dumps({"jsonrpc": "2.0"} | message).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _receive(self):
        length = 0
        while (header := self._process.stdout.readline().strip()) != b"":
            name, _, value = header.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        assert length, "the language server has ended"
        return json.loads(self._process.stdout.read(length))
