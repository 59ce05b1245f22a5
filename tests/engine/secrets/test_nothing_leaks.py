"""What is secret is in nothing that is written or printed, whatever a user runs and whatever goes wrong."""

import base64
import re
import time
from pathlib import Path

import pulumi
import pytest
from tests.engine.secrets.wire import listening_to
from tests.strategies import places, replaced

from pulumi_ssm_maintenance import MaintenanceWindowTask, Provider
from pulumi_ssm_maintenance.testing import EngineError, Fault, LocalAws

GET = "GetMaintenanceWindowTask"
UPDATE = "UpdateMaintenanceWindowTask"
REGISTER = "RegisterTaskWithMaintenanceWindow"
DEREGISTER = "DeregisterTaskFromMaintenanceWindow"

# Values that must not show contain one of these: words, hex digits, and numbers that stand alone.
WORD, HEX, NUMBERS = "canary", "ca0a49ca0a49", (73195846, 171717)
GO_ON = ["--continue-on-error"]  # so that every task fails, with all of its values
INSTANCE = f"i-{HEX}ca0a4"
ROLE = "arn:aws:iam::123456789012:role/canary-role"


def in_base64(word):
    """Give the letters that a word has in base64, for each of the three ways in which it may lie there."""
    for before in range(3):
        letters = base64.b64encode(b"\0" * before + word.encode()).decode().rstrip("=")
        yield letters[-(-before * 8 // 6) : (before + len(word)) * 8 // 6]


SIGNS = re.compile(
    "|".join([WORD, HEX, *map(re.escape, in_base64(WORD)), *(rf"(?<![\d.]){number}(?!\d)" for number in NUMBERS)])
)


def assert_silent(text, where):
    found = SIGNS.search(text)
    assert not found, f"{where}: …{text[max(found.start() - 300, 0) : found.end() + 100]}…"


def arguments(window):
    """Tasks with a recognisable value in every field that takes one."""
    shared = {
        "window_id": window,
        "service_role_arn": ROLE,
        "priority": NUMBERS[0],
        "name": "canary-name",
        "description": "canary-description",
        "cutoff_behavior": "CANCEL_TASK",
        "alarm_configuration": {"alarms": [{"name": "canary-alarm"}], "ignore_poll_alarm_failure": True},
        "targets": [{"key": "InstanceIds", "values": [INSTANCE]}],
        "max_concurrency": "1",
        "max_errors": "1",
    }
    run_command = {
        "comment": "canary-comment",
        "document_hash": "canary-document-hash",
        "document_hash_type": "Sha256",
        "notification_config": {
            "notification_arn": "arn:aws:sns:us-east-1:123456789012:canary-topic",
            "notification_events": ["Failed"],
            "notification_type": "Command",
        },
        "output_s3_bucket_name": "canary-bucket",
        "output_s3_key_prefix": "canary-prefix",
        "parameters": {"commands": ["canary-command", "date"]},
        "service_role_arn": f"{ROLE}-notifying",
        "timeout_seconds": NUMBERS[1],
        "cloud_watch_output_config": {
            "cloud_watch_log_group_name": "canary-log-group",
            "cloud_watch_output_enabled": True,
        },
    }
    types = {
        "RUN_COMMAND": ("canary-document", {"run_command": run_command}),
        "AUTOMATION": ("canary-runbook", {"automation": {"parameters": {"InstanceId": ["canary-instance"]}}}),
        "LAMBDA": (
            "canary-function",
            {"lambda_": {"payload": '"canary-payload"', "qualifier": "canary-qualifier", "client_context": CONTEXT}},
        ),
        "STEP_FUNCTIONS": (
            "arn:aws:states:us-east-1:123456789012:stateMachine:canary-machine",
            {"step_functions": {"input": '"canary-input"', "name": "canary-execution"}},
        ),
    }
    deprecated = {"task_parameters": {"commands": {"values": ["canary-task-parameter"]}}}
    return {
        task_type: {
            **shared,
            "task_type": task_type,
            "task_arn": arn,
            "task_invocation_parameters": block,
            **(deprecated if task_type == "RUN_COMMAND" else {}),
        }
        for task_type, (arn, block) in types.items()
    }


CONTEXT = base64.b64encode(b'{"custom": "canary-context"}').decode()


def marked_at(depth):
    """Make a task's values secret, all those that lie so deep, and those that end above."""

    def mark(task):
        for place in list(places(task)):
            value = task
            for step in place:
                value = value[step]
            if len(place) == depth or (len(place) < depth and not isinstance(value, dict | list)):
                task = replaced(task, place, pulumi.Output.secret(value))
        return task

    return mark


MARKS = {"fields": marked_at(1), "inside": marked_at(2), "further inside": marked_at(3), "leaves": marked_at(9)}


class Listener:
    """A stack on its own local AWS, which keeps all output, files and requests for the search."""

    def __init__(self, stack, wire, folder):
        self.stack, self.wire, self.folder, self.outputs = stack, wire, folder, []

    def run(self, operation, **options):
        result = getattr(self.stack, operation)(**options)
        self.outputs.append(result.output)
        return result

    def fail(self, operation, echoing, **options):
        """Run an operation that AWS answers with an error that holds everything that was sent."""
        self.wire.echo = echoing
        with pytest.raises(EngineError, match="ValidationException") as failed:
            self.run(operation, **options)
        self.wire.echo = ()
        assert "[secret]" in str(failed.value)
        self.outputs.append(str(failed.value))

    def command(self, *words):
        self.outputs.append(self.stack.pulumi(*words, "--stack", self.stack.name))

    def assert_silent(self):
        for number, text in enumerate(self.outputs):
            assert_silent(text, f"output {number}")
        files = [file for root in (self.folder, Path(self.stack.env["PULUMI_HOME"])) for file in root.rglob("*")]
        read = {file: file.read_text(errors="replace") for file in files if file.is_file()}
        assert any("windowtask" in text for text in read.values())
        for file, text in read.items():
            assert_silent(text, file)


@pytest.fixture
def aws():
    with LocalAws(quiet=False) as aws:
        yield aws


@pytest.fixture
def wire(aws):
    with listening_to(aws) as wire:
        yield wire


@pytest.fixture
def listen(local_stack, wire, tmp_path):
    def made(program, env=None, **options):
        sent_here = {"AWS_ENDPOINT_URL": wire.endpoint, **(env or {})}
        return Listener(local_stack(program, env=sent_here, **options), wire, tmp_path)

    return made


@pytest.fixture
def window(aws):
    return aws.client("ssm").create_maintenance_window(
        Name="window", Schedule="rate(1 day)", Duration=4, Cutoff=1, AllowUnassociatedTargets=True
    )["WindowId"]


def test_what_a_program_makes_secret(listen, aws, wire, window, capfd):
    revision = ""

    def program():
        for task_type, task in arguments(window).items():
            for name, mark in MARKS.items():
                declared = {**task, "description": task["description"] + revision}
                made = MaintenanceWindowTask(f"{task_type} {name}", **mark(declared))
                pulumi.export(f"{task_type} {name}", [made.description, made.task_invocation_parameters, made.targets])
        # What is secret by itself, with nobody saying so.
        plain = arguments(window)["LAMBDA"] | {"task_arn": "f", "name": "plain", "description": "plain"}
        bare = {key: plain[key] for key in ("window_id", "task_type", "task_arn", "name", "description")}
        payload = {"lambda_": {"payload": '"canary-payload"'}}
        MaintenanceWindowTask("by itself", **bare, task_invocation_parameters=payload)

    run = listen(program)
    run.run("preview", diff=True)
    run.run("preview", args=["--json"])
    run.fail("up", [REGISTER], args=GO_ON)
    run.run("up")
    for value in filter(SIGNS.search, words(arguments(window))):
        assert value in wire.text(), value

    for drifted in by_hand(aws, window):
        aws.client("ssm").update_maintenance_window_task(**drifted)
    run.run("refresh", diff=True)
    run.run("preview", diff=True)
    run.fail("refresh", [GET])
    revision = "-again"
    run.fail("up", [UPDATE], diff=True, args=GO_ON)
    kill_working_plugin(run, aws)
    run.run("up", diff=True)
    assert run.run("preview").changed == {}

    run.command("stack", "export")
    run.command("stack", "output")
    run.command("stack", "output", "--json")
    run.command("stack", "history", "--json")
    run.fail("destroy", [DEREGISTER])
    run.run("destroy")
    run.assert_silent()

    # The local AWS knows nothing of what a user marks, and keeps what AWS's own model calls sensitive to itself.
    log = [request.parameters for request in aws.requests("ssm") if request.operation in {REGISTER, UPDATE}]
    assert "canary-name" in str(log)
    for value in ("canary-payload", "canary-input", "canary-task-parameter", "canary-command", "canary-description"):
        assert value not in str(log)
    aws.stop()
    assert_silent("".join(capfd.readouterr()), "the local AWS's own output")


def words(value):
    """Every single value in a structure, as it stands in a request."""
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from words(part)
    else:
        yield str(value)


def by_hand(aws, window):
    """Change every task by hand, in every text that a program had made secret."""
    ssm = aws.client("ssm")
    for listed in ssm.describe_maintenance_window_tasks(WindowId=window, MaxResults=100)["Tasks"]:
        task = ssm.get_maintenance_window_task(WindowId=window, WindowTaskId=listed["WindowTaskId"])
        del task["ResponseMetadata"], task["TaskType"]
        if not task["Targets"]:
            del task["MaxConcurrency"], task["MaxErrors"]
        for place in list(places(task)):
            value = task
            for step in place:
                value = value[step]
            if value == b'"canary-payload"' or (isinstance(value, str) and WORD in value and value[0] != "{"):
                other = b"by-hand-canary" if isinstance(value, bytes) else "by-hand-canary"
                found = b"canary" if isinstance(value, bytes) else "canary"
                task = replaced(task, place, value.replace(found, other))
        yield task


def kill_working_plugin(run, aws):
    """Kill the provider's process in the middle of a call."""
    aws.inject(Fault.hang(60, operation=UPDATE))
    before = len(run.wire.heard)
    running = run.stack.start_up()
    deadline = time.monotonic() + 60
    while not any(request.operation == UPDATE for request in run.wire.heard[before:]):
        assert time.monotonic() < deadline, running.output()
        time.sleep(0.05)
    assert running.kill_plugin("pulumi.dynamic")
    with pytest.raises(EngineError) as failed:
        running.wait()
    run.outputs.extend([str(failed.value), running.output()])
    aws.clear_faults()


STATIC = {"access_key": "canary-access-key", "secret_key": "canary-secret-key", "token": "canary-token"}
WEB = {"role_arn": "arn:aws:iam::123456789012:role/deployer", "web_identity_token": "canary-web-token"}


def test_credentials_of_explicit_providers(listen, wire, window):
    revision = 1

    def program():
        proxy = f"http://canary-user:canary%2Fpassword@{wire.address}"
        providers = {
            "static": Provider("static", **STATIC),
            "web": Provider("web", assume_role_with_web_identity=WEB),
            "proxied": Provider(
                "proxied",
                http_proxy=proxy,
                no_proxy="none.invalid",  # that of the environment may name the loopback interface
                endpoints=[{"ssm": "http://127.0.0.1:1"}],
            ),
        }
        for name, provider in providers.items():
            declare(name, window, revision, pulumi.ResourceOptions(provider=provider))

    run = listen(program)
    run.run("preview", diff=True)
    run.run("up", diff=True)
    for value in (STATIC["access_key"], STATIC["token"], WEB["web_identity_token"], "canary-user:canary/password"):
        assert value in wire.text(), value
    assert any(request.is_signed_with(STATIC["secret_key"]) for request in wire.heard)
    run.fail("refresh", [GET], diff=True)
    revision = 2
    run.fail("up", [UPDATE, "AssumeRoleWithWebIdentity"])
    run.run("destroy")
    run.assert_silent()


SETTINGS = {f"aws:{key}": f"canary-{key}" for key in ("accessKey", "secretKey", "token")}
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "AKIAFROMENVIRONMENT0",
    "AWS_SECRET_ACCESS_KEY": "canary-environment-key",
    "AWS_SESSION_TOKEN": "canary-environment-token",
}


@pytest.mark.parametrize(
    ("settings", "environment", "token", "key"),
    [
        (SETTINGS, {}, SETTINGS["aws:token"], SETTINGS["aws:secretKey"]),
        ({}, ENVIRONMENT, ENVIRONMENT["AWS_SESSION_TOKEN"], ENVIRONMENT["AWS_SECRET_ACCESS_KEY"]),
    ],
    ids=["configuration", "environment"],
)
def test_credentials_of_the_configuration_and_the_environment(listen, wire, window, settings, environment, token, key):
    run = listen(lambda: declare("task", window, 1), env=environment, secrets=settings)
    run.fail("up", [REGISTER])
    run.run("up", diff=True)
    assert token in wire.text()
    assert any(request.is_signed_with(key) for request in wire.heard)
    run.fail("refresh", [GET], diff=True)
    run.command("stack", "export")
    run.command("config")
    run.run("destroy")
    run.assert_silent()


@pytest.mark.parametrize("by_environment", [False, True], ids=["provider", "environment"])
def test_a_token_that_is_read_from_a_file(listen, wire, window, tmp_path_factory, by_environment):
    file = tmp_path_factory.mktemp("identity") / "token"
    file.write_text("canary-file-token\n")
    by_file = {"role_arn": WEB["role_arn"], "web_identity_token_file": str(file)}
    named = {
        "AWS_ACCESS_KEY_ID": "",
        "AWS_SECRET_ACCESS_KEY": "",
        "AWS_ROLE_ARN": WEB["role_arn"],
        "AWS_WEB_IDENTITY_TOKEN_FILE": str(file),
    }

    def program():
        provider = None if by_environment else Provider("web", assume_role_with_web_identity=by_file)
        declare("task", window, 1, pulumi.ResourceOptions(provider=provider))

    run = listen(program, env=named if by_environment else None)
    run.fail("up", ["AssumeRoleWithWebIdentity"])
    run.run("up")
    assert "canary-file-token" in wire.text()
    run.run("destroy")
    run.assert_silent()


def declare(name, window, priority, opts=None):
    task = {"window_id": window, "task_type": "LAMBDA", "task_arn": "function", "priority": priority}
    MaintenanceWindowTask(name, **task, opts=opts)
