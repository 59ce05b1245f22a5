"""Every process of a run listens on the loopback interface only, and none outlives what started it."""

import ipaddress
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="/proc is Linux's")

CHECKOUT = Path(__file__).parents[3]
MARK = "RUN_OF_THIS_TEST"
PATIENCE = 90
# Everything that a run consists of: the engine, the program with its host, the two providers, the local AWS.
PARTS = ("pulumi up", "language_host|pulumi-language-python", "pulumi.dynamic", "aws_plugin", "--until-end-of-input")

PARENT = """
import sys, time
from pathlib import Path
from pulumi_ssm_maintenance.testing import Fault, LocalAws, LocalStack, install_aws_plugin

folder = Path(sys.argv[1])
install_aws_plugin(folder / "home")
aws = LocalAws().start()
stack = LocalStack(Path(sys.argv[2]), folder=folder, env=aws.env, plugins_home=folder / "home")
aws.inject(Fault.hang(600, operation="RegisterTaskWithMaintenanceWindow"))
running = stack.start_up()
print(running.process.pid, flush=True)
time.sleep(600)
"""


class Run:
    """A whole run, held in the middle of the registration of a task."""

    def __init__(self, folder):
        self.mark = f"{MARK}={uuid.uuid4()}"
        name, _, value = self.mark.partition("=")
        command = [sys.executable, "-c", PARENT, str(folder), str(CHECKOUT / "examples" / "quickstart")]
        self.parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, name: value})
        self.engine = int(self.parent.stdout.readline())

    def processes(self):
        """Every live process that inherits the mark, with its command line."""
        found = {}
        for folder in Path("/proc").iterdir():
            try:
                if folder.name.isdigit() and self.mark.encode() in (folder / "environ").read_bytes():
                    found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
        return found

    def close(self):
        for process in self.processes():
            os.kill(process, signal.SIGKILL)
        self.parent.communicate()


@pytest.fixture
def run(tmp_path):
    run = Run(tmp_path)
    try:
        eventually(lambda: is_complete(run.processes().values()), run.processes)
        yield run
    finally:
        run.close()


def is_complete(commands):
    return all(any(re.search(part, command) for command in commands) for part in PARTS)


def eventually(condition, failure):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, failure()
        time.sleep(0.1)


def listening(process):
    """The addresses at which a process listens."""
    sockets = {str(file.readlink()) for file in Path(f"/proc/{process}/fd").iterdir() if file.is_socket()}
    tables = [Path(f"/proc/{process}/net/{name}").read_text().splitlines()[1:] for name in ("tcp", "tcp6")]
    rows = [row.split() for table in tables for row in table]
    return [address_of(row[1]) for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in sockets]


def address_of(entry):
    """Read an address as the kernel writes it: words of four bytes, each in the machine's own order."""
    raw = bytes.fromhex(entry.partition(":")[0])
    words = [raw[start : start + 4] for start in range(0, len(raw), 4)]
    packed = b"".join(word[::-1] if sys.byteorder == "little" else word for word in words)
    return ipaddress.ip_address(packed)


def test_every_process_of_a_run_listens_on_the_loopback_interface_only(run):
    def at_work():
        return {command: at for process, command in run.processes().items() if (at := listening(process))}

    eventually(lambda: is_complete(at_work()), at_work)
    for command, addresses in at_work().items():
        for address in addresses:
            inside = getattr(address, "ipv4_mapped", None) or address
            assert inside.is_loopback, (command, address)


def test_nothing_outlives_an_engine_that_is_killed(run):
    os.kill(run.engine, signal.SIGKILL)
    # The local AWS is the parent's, and so is what watches over the engine.
    mine = ("until-end-of-input", "read -r", PARENT.splitlines()[1])
    eventually(lambda: not [it for it in run.processes().values() if not any(own in it for own in mine)], run.processes)


def test_nothing_outlives_a_parent_that_is_killed(run):
    run.parent.kill()
    run.parent.wait()
    eventually(lambda: not run.processes(), run.processes)
