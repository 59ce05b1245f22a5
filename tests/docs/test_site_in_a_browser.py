"""The docs site in a real browser: over HTTP and from its files, and without a request to another host."""

import json
import os
import shutil
import subprocess
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tools.docs_site import __main__ as docs_site

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)
PROBE = Path(__file__).with_name("probe.html")
# A site that was just built, as .ci/run does before it runs the tests. Without it the test builds one.
BUILT = os.environ.get("DOCS_SITE")
SECTIONS = ["Start", "Guides", "Components", "Reference", "Operating", "Troubleshooting", "Background", "Project"]


class Server(ThreadingHTTPServer):
    """Serves the site and the probe, takes its report, and is the proxy for every other host."""

    def __init__(self, site):
        super().__init__(("127.0.0.1", 0), lambda *args: Handler(*args, directory=site))
        self.address = f"127.0.0.1:{self.server_port}"
        self.report = None
        self.reported = threading.Event()
        self.elsewhere = []
        self.missing = []


class Handler(SimpleHTTPRequestHandler):
    def do_GET(self):
        if self.path.startswith("http:"):
            self.refuse()
        elif self.path == "/reported":
            self.server.reported.wait(60)
            self.send_error(204)
        elif self.path == "/probe.html":
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(PROBE.read_bytes())
        else:
            super().do_GET()

    def do_POST(self):
        if self.path.startswith("http:"):
            self.refuse()
            return
        self.server.report = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(204)
        self.end_headers()
        self.server.reported.set()

    def do_CONNECT(self):
        self.refuse()

    def refuse(self):
        self.server.elsewhere.append(self.path)
        self.send_error(403)

    def send_error(self, code, *args):
        if code == 404:
            self.server.missing.append(self.path)
        super().send_error(code, *args)

    def log_message(self, *args):
        pass


def browse(folder, url, *options):
    """Open an address in a browser of its own, and return the document once it is loaded."""
    quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--dump-dom"]
    done = subprocess.run(
        [BROWSER, *quiet, f"--user-data-dir={folder}", *options, url],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


@pytest.fixture
def site(tmp_path, capfd):
    if BUILT:
        return Path(BUILT)
    assert docs_site.build(tmp_path / "docs") == 0, capfd.readouterr().err
    return tmp_path / "docs" / "site"


@pytest.fixture
def server(site):
    with Server(site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.reported.set()
        server.shutdown()


@pytest.mark.skipif(BROWSER is None, reason=f"needs one of {', '.join(BROWSERS)} on PATH")
def test_a_reader_finds_every_page_searches_reads_in_the_dark_and_on_a_phone_without_another_host(
    site, server, tmp_path
):
    browse(tmp_path / "online", f"http://{server.address}/probe.html", f"--proxy-server=http://{server.address}")
    seen = server.report
    assert "error" not in seen, seen["error"]
    assert seen["title"] == "pulumi-ssm-maintenance"
    assert seen["tabs"] == SECTIONS
    assert (site / seen["result"].lstrip("/")).exists()
    assert (seen["light"], seen["dark"], seen["coloursDiffer"]) == ("default", "slate", True)
    pages = {f"/{page.relative_to(site).as_posix()}" for page in site.rglob("*.html")} - {"/404.html"}
    assert pages - set(seen["reachable"]) == set(), "not within two clicks of the front page"
    for words in ("Lower numbers run first", "Default: 0", "replaces the task"):
        assert words.lower() in seen["reference"].lower()
    assert seen["menu"]
    assert seen["tooWide"] == []
    assert server.elsewhere == []
    assert server.missing == []
    searched = browse(tmp_path / "files", f"{site.as_uri()}/index.html?q=priority", "--virtual-time-budget=20000")
    assert "md-search-result__item" in searched
