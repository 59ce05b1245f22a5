"""Run the program of this folder for each account and region, a stack for each, with the Automation API.

A stack that fails does not keep the others from being deployed.
"""

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pulumi import automation

FOLDER = Path(__file__).parent
ROLE = "arn:aws:iam::{account}:role/deployer"


def run(command: str, account: str, region: str) -> str:
    """Run a command for one stack, and say what became of it."""
    name = f"{account}-{region}"
    settings = automation.StackSettings(
        config={"aws:region": region, "aws:assumeRoles": [{"roleArn": ROLE.format(account=account)}]}
    )
    options = automation.LocalWorkspaceOptions(stack_settings={name: settings})
    try:
        stack = automation.create_or_select_stack(name, work_dir=str(FOLDER), opts=options)
        getattr(stack, command)()
    except automation.CommandError as error:
        return f"{name}: failed\n{error}"
    return f"{name}: done"


def main() -> int:
    """Run a command for all stacks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=["up", "preview", "refresh", "destroy"])
    parser.add_argument("--account", action="append", required=True)
    parser.add_argument("--region", action="append", required=True)
    parser.add_argument("--at-once", type=int, default=2, help="how many stacks run at the same time")
    options = parser.parse_args()
    places = [(options.command, account, region) for account in options.account for region in options.region]
    with ThreadPoolExecutor(options.at_once) as threads:
        results = list(threads.map(lambda place: run(*place), places))
    print("\n".join(results))  # noqa: T201 - the summary
    return int(any(": failed" in result for result in results))


if __name__ == "__main__":
    sys.exit(main())
