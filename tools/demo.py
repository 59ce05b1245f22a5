"""Deploy the quickstart on the real engine and a local AWS, deploy it again without changes, and destroy it.

All files are in a temporary folder. Ctrl-C at any time leaves no file and no process behind.
"""

import signal
import sys
import tempfile
from pathlib import Path

# Before the imports have ended there is nothing to clean up: an interruption only ends the process.
signal.signal(signal.SIGINT, lambda *_: sys.exit(130))

from pulumi_ssm_maintenance.testing import (  # noqa: E402 - Ctrl-C may come while these are imported
    EngineError,
    LocalAws,
    LocalStack,
    install_aws_plugin,
)

_CHECKOUT = Path(__file__).resolve().parents[1]
_HIDDEN_FIELDS = ("ResponseMetadata",)


def main() -> int:
    """Run the demo."""
    # SIGTERM, which supervisors send, cleans up as Ctrl-C does.
    for request in (signal.SIGINT, signal.SIGTERM):
        signal.signal(request, signal.default_int_handler)
    try:
        with tempfile.TemporaryDirectory(prefix="pulumi-ssm-maintenance-demo-") as folder:
            _show(Path(folder))
    except KeyboardInterrupt:
        _say("Interrupted. The local AWS and the stack are removed.")
        return 130
    except EngineError as error:
        _say(f"The demo failed. {error}")
        return 1
    return 0


def _show(folder: Path) -> None:
    _say("Starting a local AWS (moto, with complete maintenance windows) on 127.0.0.1; takes a few seconds ...")
    home = folder / "home"
    install_aws_plugin(home)
    with LocalAws() as aws, LocalStack(_CHECKOUT, folder=folder, env=aws.env, plugins_home=home, name="demo") as stack:
        _say(f"It listens at {aws.endpoint}.")

        _say("pulumi up: the program in examples/quickstart, on the real engine ...")
        sys.stdout.write(stack.up().output)

        _say("The tasks at AWS now:")
        _print_tasks(aws)

        _say("pulumi up again: nothing must change ...")
        aws.clear_requests()
        sys.stdout.write(stack.up(args=["--expect-no-changes"]).output)
        calls = [request.operation for request in aws.requests(service="ssm")]
        written = [name for name in calls if name.startswith(("Register", "Update", "Deregister"))]
        print(f"Calls that changed something at AWS: {len(written)}")

        _say("pulumi destroy ...")
        sys.stdout.write(stack.destroy().output)
        windows = aws.client("ssm").describe_maintenance_windows()["WindowIdentities"]
        print(f"Windows left at AWS: {len(windows)}")
    _say("Done. The same program also runs against a real account: see README.md.")


def _print_tasks(aws: LocalAws) -> None:
    ssm = aws.client("ssm")
    for window in ssm.describe_maintenance_windows()["WindowIdentities"]:
        for item in ssm.describe_maintenance_window_tasks(WindowId=window["WindowId"])["Tasks"]:
            task = ssm.get_maintenance_window_task(WindowId=window["WindowId"], WindowTaskId=item["WindowTaskId"])
            for name, value in sorted(task.items()):
                if name not in _HIDDEN_FIELDS:
                    print(f"    {name}: {value}")


def _say(text: str) -> None:
    print(f"\n==> {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
