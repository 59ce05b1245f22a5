"""The Pulumi engine that started this plugin: is it still running?

The parent process does not tell. Pulumi's own launcher starts Python as a child of a shell, and when the engine is
killed, that shell survives. Two facts hold under every launcher:

- The engine reads what the plugin prints: it holds the other end of the pipe that is the plugin's standard output.
- The engine listens on the address that it passes to each plugin as an argument.

Where a language host starts the plugin and reads its output instead, and on Windows, the address alone tells. Only an
address that refuses connections counts: a busy engine is slow, and does not refuse.
"""

import re
import select
import socket
import sys
from typing import Any, Final

from pulumi_ssm_maintenance.errors import SsmMaintenanceError

_PLUGIN: Final = "pulumi.dynamic.__main__"
_ADDRESS: Final = re.compile(r"(?P<host>[\w.-]+):(?P<port>\d+)")
_STANDARD_OUTPUT: Final = 1
_CONNECT_SECONDS: Final = 1.0


def demand_engine(**_request: Any) -> None:
    """Refuse to send anything once the engine is gone. A killed engine leaves its plugin running.

    What the plugin still sent could take effect after the user has changed the program and run it again.

    Raises:
        SsmMaintenanceError: the engine has ended.
    """
    if _is_plugin() and not (output_is_read(_STANDARD_OUTPUT) and engine_listens(sys.argv[1:])):
        raise SsmMaintenanceError(
            "the Pulumi engine that started this provider is gone, so nothing more is sent to AWS"
        )


def output_is_read(descriptor: int) -> bool:
    """Tell whether anything can still read what is written to a file descriptor. Only a pipe can lose its reader."""
    if not hasattr(select, "poll"):
        return True  # as on Windows, where the address alone tells
    output = select.poll()
    output.register(descriptor, 0)
    # Linux reports an error on a pipe without a reader, macOS a hang-up.
    return not any(events & (select.POLLERR | select.POLLHUP) for _, events in output.poll(0))


def engine_listens(arguments: list[str]) -> bool:
    """Tell whether the engine accepts connections; True where the arguments hold no address."""
    address = next(filter(None, map(_ADDRESS.fullmatch, arguments)), None)
    if address is None:
        return True
    try:
        socket.create_connection((address["host"], int(address["port"])), _CONNECT_SECONDS).close()
    except ConnectionRefusedError:
        return False
    except OSError:
        return True
    return True


def _is_plugin() -> bool:
    """Tell whether this process is Pulumi's host for dynamic resources, rather than a program or a test."""
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    return spec is not None and spec.name == _PLUGIN
