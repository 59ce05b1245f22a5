"""Run the local AWS by hand: `python -m pulumi_ssm_maintenance.testing [--port N]`."""

from __future__ import annotations

import argparse
import os
import signal
from threading import Thread
from typing import TYPE_CHECKING

from .local_aws.local_aws import child_environment
from .local_aws.server.http_server import LOOPBACK, LocalAwsServer

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until interrupted, or until standard input ends."""
    options = _parser().parse_args(arguments)
    server = LocalAwsServer(options.port, quiet=options.quiet)
    endpoint = f"http://{LOOPBACK}:{server.port}"
    Thread(target=server.moto.load, daemon=True).start()
    if options.until_end_of_input:
        _announce(endpoint)
        Thread(target=_end_with_input, daemon=True).start()
    else:
        for number in (signal.SIGINT, signal.SIGTERM):
            # At once: there is nothing to save, and moto may still be loading.
            signal.signal(number, lambda *_: os._exit(0))
        _explain(endpoint, options.region)
    server.serve_forever()


def _announce(endpoint: str) -> None:
    """Print the address for the parent process; what a library prints later goes to standard error."""
    try:
        print(endpoint, flush=True)  # noqa: T201  # the parent reads this line
    except BrokenPipeError:
        os._exit(0)  # The parent was interrupted during the start.
    os.dup2(2, 1)


def _end_with_input() -> None:
    """End when standard input ends: the parent has called `stop`, or is gone."""
    while os.read(0, 1024):
        pass
    os._exit(0)


def _explain(endpoint: str, region: str) -> None:
    lines = [f"export {name}={value}" for name, value in child_environment(endpoint, region).items()]
    print("\n".join([f"# The local AWS listens on {endpoint}; Ctrl-C ends it.", *lines]), flush=True)  # noqa: T201  # the user copies these lines


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pulumi_ssm_maintenance.testing", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="the port on the loopback interface; default: any free one")
    parser.add_argument("--region", default="us-east-1", help="the region that the printed environment names")
    parser.add_argument("--quiet", action="store_true", help="do not print a line for each call")
    parser.add_argument("--until-end-of-input", action="store_true", help="end when standard input ends")
    return parser


if __name__ == "__main__":
    main()
