"""First contact, run as a user runs it."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tools.first_contact.__main__ import main

ROOT = Path(__file__).parents[3]


@dataclass
class Run:
    """What one run has printed and written."""

    code: int
    output: str
    errors: str
    recording: str

    @property
    def verdicts(self):
        """The verdict of each question, by its name."""
        words = ("holds", "differs", "no answer")
        rows = [line.partition("  ") for line in self.output.splitlines() if line.startswith(words)]
        return {rest.split()[0]: verdict for verdict, _, rest in rows}

    @property
    def run_id(self):
        return self.output.partition("Run ")[2].split()[0]


def command(*arguments):
    """The command line of a run in a process of its own."""
    return [sys.executable, "-m", "tools.first_contact", *arguments]


def start(local_aws, folder, *arguments):
    """Start a run in a process of its own."""
    return subprocess.Popen(
        command("--account", local_aws.account_id, "--recording", str(folder / "killed.jsonl"), *arguments),
        cwd=ROOT,
        env={**local_aws.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )


def ask(capsys, monkeypatch, env, path, *arguments, account, sleep=lambda _: None, **options):
    """Run in this process."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    capsys.readouterr()
    code = main(["--account", account, "--recording", str(path), *arguments], sleep=sleep, **options)
    out, err = capsys.readouterr()
    return Run(code, out, err, path.read_text() if path.exists() else "")


def left_over(local_aws):
    """What is in the account."""
    client = local_aws.client
    alarms = client("cloudwatch").describe_alarms(AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    owner = [{"Key": "Owner", "Values": ["Self"]}]
    return sorted(
        [
            *(it["Name"] for it in client("ssm").describe_maintenance_windows()["WindowIdentities"]),
            *(it["AlarmName"] for it in alarms["MetricAlarms"]),
            *(it["Name"] for it in client("ssm").list_documents(Filters=owner)["DocumentIdentifiers"]),
            *(it["RoleName"] for it in client("iam").list_roles()["Roles"]),
            *client("sqs").list_queues().get("QueueUrls", []),
            *(it["Name"] for it in client("events").list_rules()["Rules"]),
        ]
    )
