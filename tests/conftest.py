"""What holds for every test: a clean environment, no connection but to this machine, the same examples each time."""

import ipaddress
import os
import socket
from functools import cache
from pathlib import Path

import botocore
import pytest
from botocore.loaders import JSONFileLoader
from hypothesis import settings
from tests import soak
from tests.launchers import LAUNCHERS, use_launcher

# Chooses what the tests of the engine run on; it is no setting of AWS's.
_CHOICES = {"AWS_PLUGIN"}
_NO_AWS = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}

settings.register_profile("repeatable", derandomize=True, max_examples=40, deadline=None)
settings.load_profile("repeatable")


def pytest_configure(config):
    config.addinivalue_line("filterwarnings", "error")
    # Pulumi's SDK leaves its event loops to the garbage collector, which reports them in whatever test runs then.
    config.addinivalue_line("filterwarnings", "ignore::ResourceWarning")
    # pulumi_aws warns of its own old resources while it is imported.
    config.addinivalue_line("filterwarnings", "ignore::DeprecationWarning:pulumi_aws")


def pytest_collection_modifyitems(items):
    """Start the longest tests first, so that no worker is left alone with one at the end."""
    items.sort(key=lambda item: item.get_closest_marker("soak") is None)


def pytest_terminal_summary(terminalreporter):
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, ())]
    if sums := soak.tally(report for report in reports if report.when == "call"):
        terminalreporter.section("tally")
        for what, times in sorted(sums.items()):
            terminalreporter.write_line(f"{times:8} {what}")


@pytest.fixture(scope="session", autouse=True)
def clean_environment():
    """No setting of the developer's own reaches a test."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("AWS_", "PULUMI_")) and name not in _CHOICES:
                patch.delenv(name)
        for name, value in _NO_AWS.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="session", autouse=True)
def models_read_once():
    """botocore reads each of its own files once, not once for each of the thousands of sessions that tests make."""
    installed, load = str(Path(botocore.__file__).parent), JSONFileLoader.load_file
    loaded = cache(lambda path: load(JSONFileLoader(), path))

    def load_file(self, file_path):
        return loaded(file_path) if file_path.startswith(installed) else load(self, file_path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JSONFileLoader, "load_file", load_file)
        yield


@pytest.fixture(scope="session", autouse=True)
def loopback_only():
    """A connection to another machine fails its test, whatever the code under test does with exceptions."""
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self, address):
        if self.family != socket.AF_UNIX:
            _demand_loopback(address[0])
        return connect(self, address)

    def guarded_look_up(host, *args, **kwargs):
        _demand_loopback(host)
        return look_up(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket, "getaddrinfo", guarded_look_up)
        yield


def _demand_loopback(host):
    text = host.decode() if isinstance(host, bytes) else host
    if text in {None, "", "localhost"}:
        return
    try:
        inside = ipaddress.ip_address(text).is_loopback
    except ValueError:
        inside = False
    if not inside:
        pytest.fail(f"a test tried to reach {text}")


@pytest.fixture(params=LAUNCHERS)
def launcher(request, tmp_path_factory, monkeypatch):
    """Run a test with each launcher of the plugin."""
    use_launcher(request.param, tmp_path_factory.mktemp("launcher"), monkeypatch)
    return request.param
