"""Deploy the quickstart on the real engine and a local AWS, deploy it again without changes, and destroy it.

Then deploy a gated patching run, and rehearse a night on which its canary fails. All files are in a temporary folder.
The picture of the night stays; Ctrl-C at any time leaves no other file and no process behind.
"""

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

# First, so that an interruption of the imports below ends the demo without a traceback.
from tools.demonstration import run, say

# isort: split

from pulumi_ssm_maintenance.testing import LocalAws, LocalStack, Node, install_aws_plugin

_CHECKOUT = Path(__file__).resolve().parents[1]
_GATED = _CHECKOUT / "examples" / "gated_patching_run"
_HIDDEN_FIELDS = ("ResponseMetadata",)
_CANARY = "i-0123456789abcdef0"
_FLEET = 40
_OPENING = datetime(2026, 12, 12, 1, tzinfo=UTC)


def _show(folder: Path) -> None:
    say("Starting a local AWS (moto, with complete maintenance windows) on 127.0.0.1; takes a few seconds ...")
    home = folder / "home"
    install_aws_plugin(home)
    with LocalAws() as aws, LocalStack(_CHECKOUT, folder=folder, env=aws.env, plugins_home=home, name="demo") as stack:
        say(f"It listens at {aws.endpoint}.")

        say("pulumi up: the program in examples/quickstart, on the real engine ...")
        sys.stdout.write(stack.up().output)

        say("The tasks at AWS now:")
        _print_tasks(aws)

        say("pulumi up again: nothing must change ...")
        aws.clear_requests()
        sys.stdout.write(stack.up(args=["--expect-no-changes"]).output)
        calls = [request.operation for request in aws.requests(service="ssm")]
        written = [name for name in calls if name.startswith(("Register", "Update", "Deregister"))]
        print(f"Calls that changed something at AWS: {len(written)}")

        say("pulumi destroy ...")
        sys.stdout.write(stack.destroy().output)
        windows = aws.client("ssm").describe_maintenance_windows()["WindowIdentities"]
        print(f"Windows left at AWS: {len(windows)}")
        _rehearse(aws, folder, home)
    say("Done. The same program also runs against a real account: see README.md.")


def _rehearse(aws: LocalAws, folder: Path, home: Path) -> None:
    """Show a night on which the canary of a gated patching run fails."""
    say("pulumi up: examples/gated_patching_run, whose waves ask before each node; takes some seconds ...")
    with LocalStack(_GATED, folder=folder, env=aws.env, plugins_home=home, name="night") as stack:
        stack.up()
        (window,) = aws.client("ssm").describe_maintenance_windows()["WindowIdentities"]
        say(f"The night, in virtual time: the canary fails. The scripts of the runbook run, {_FLEET} nodes wait ...")
        night = aws.rehearse(
            window["WindowId"],
            nodes=[
                Node(_CANARY, tags={"Patch Group": "web-canary"}, minutes=12, outcome="Failed"),
                *Node.fleet(_FLEET, tags={"Patch Group": "web"}, minutes=15),
            ],
            at=_OPENING,
            document_timeouts={"AWS-RunPatchBaseline": 7200},
        )
    print(night.timeline())
    fleet = night.task("fleet").invocations
    patched = sum(it.runbook is not None and it.step("patch").started is not None for it in fleet)
    print(f"Nodes of the fleet that were patched after the canary had failed: {patched} of {len(fleet)}")
    picture = Path(tempfile.mkdtemp(prefix="pulumi-ssm-maintenance-night-")) / "night.html"
    print(f"The night as a picture, for your browser: {night.save(picture)}")


def _print_tasks(aws: LocalAws) -> None:
    ssm = aws.client("ssm")
    for window in ssm.describe_maintenance_windows()["WindowIdentities"]:
        for item in ssm.describe_maintenance_window_tasks(WindowId=window["WindowId"])["Tasks"]:
            task = ssm.get_maintenance_window_task(WindowId=window["WindowId"], WindowTaskId=item["WindowTaskId"])
            for name, value in sorted(task.items()):
                if name not in _HIDDEN_FIELDS:
                    print(f"    {name}: {value}")


if __name__ == "__main__":
    sys.exit(run(_show))
