"""The fixtures that users test their own stacks with."""

import subprocess
import time

import pulumi
import pulumi_aws as aws
import pytest

from pulumi_ssm_maintenance import MaintenanceWindowTask
from pulumi_ssm_maintenance.testing.engine import installation
from pulumi_ssm_maintenance.testing.engine.events import EngineError
from pulumi_ssm_maintenance.testing.engine.plugin_install import install_aws_plugin
from pulumi_ssm_maintenance.testing.engine.stacks import LocalStack
from pulumi_ssm_maintenance.testing.local_aws.faults import Fault


def test_an_operation_reports_what_it_did_and_every_message(local_stack):
    def program():
        config = pulumi.Config()
        pulumi.export("made", aws.sns.Topic("it", name=config.require("value")).name)
        pulumi.export("nested", config.require_object("nested"))
        pulumi.export("secret", config.require_secret("secret"))
        pulumi.log.warn("take care")

    stack = local_stack(program, config={"value": "patching", "nested": {"a": [1]}}, secrets={"secret": "hush"})
    assert stack.preview().changes == {"create": 2}
    assert stack.outputs == {}

    result = stack.up()
    assert result.ops("it") == ["create"]
    assert result.messages("warning") == ["take care"]
    assert stack.outputs == {"made": "patching", "nested": {"a": [1]}, "secret": "hush"}
    assert "hush" not in stack.state_text()
    assert stack.resource("it")["outputs"]["name"] == "patching"
    assert stack.expect_no_changes().changed == {}

    kept = stack.export()
    stack.destroy()
    assert stack.resources == []
    stack.import_state(kept)
    assert stack.resource("it")["type"] == "aws:sns/topic:Topic"


def test_a_task_is_registered_in_a_window_of_the_aws_plugin(local_aws, local_stack):
    def program():
        window = aws.ssm.MaintenanceWindow("window", schedule="rate(7 days)", duration=2, cutoff=1)
        task = MaintenanceWindowTask(
            "task", window_id=window.id, task_type="LAMBDA", task_arn="arn:aws:lambda:us-east-1:123456789012:function:f"
        )
        pulumi.export("window", window.id)
        pulumi.export("task", task.window_task_id)

    stack = local_stack(program)
    stack.up()
    stack.expect_no_changes(refresh=True)
    held = local_aws.client("ssm").describe_maintenance_window_tasks(WindowId=stack.outputs["window"])["Tasks"]
    assert [item["WindowTaskId"] for item in held] == [stack.outputs["task"]]


def test_a_change_that_was_not_expected_fails_with_what_the_engine_showed(local_stack):
    stack = local_stack(lambda: aws.sns.Topic("it", display_name="one"))
    stack.up()
    stack.program = lambda: aws.sns.Topic("it", display_name="two")
    with pytest.raises(EngineError, match=r"found \{'update': 1\}(?s:.*)\"one\" => \"two\""):
        stack.expect_no_changes()
    assert stack.up(replace=[stack.resource("it")["urn"]]).ops("it")[0] in ("create-replacement", "replace")


def test_a_program_that_fails_shows_its_own_traceback(local_stack):
    def program():
        raise ValueError("not today")

    with pytest.raises(EngineError, match="not today") as failure:
        local_stack(program).up(parallel=1, args=["--suppress-outputs"])
    assert "test_fixtures.py" in str(failure.value)
    assert failure.value.result.returncode


def test_a_folder_with_a_project_is_run_where_it_is(local_stack, tmp_path):
    folder = tmp_path / "my project"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: patching\nruntime: python\n")
    (folder / "__main__.py").write_text(
        'import pulumi\npulumi.export("greeting", pulumi.Config().require("greeting"))\n'
    )
    stack = local_stack(folder, config={"greeting": "hello"})
    stack.up()
    assert stack.project == "patching"
    assert stack.outputs == {"greeting": "hello"}
    assert [file.name for file in folder.glob("Pulumi.*")] == ["Pulumi.yaml"]


def test_a_stack_of_a_test_can_refer_to_another(local_stack):
    local_stack(lambda: pulumi.export("answer", 42), name="network").up()

    def program():
        pulumi.export("seen", pulumi.StackReference("organization/test/network").get_output("answer"))

    stack = local_stack(program)
    stack.up()
    assert stack.outputs == {"seen": 42}


def test_an_interrupted_up_leaves_no_process_and_can_be_repeated(local_aws, local_stack):
    local_aws.inject(Fault.latency(60, service="sns", operation="GetTopicAttributes"))
    stack = local_stack(lambda: aws.sns.Topic("topic"))
    running = stack.start_up()
    wait_for(lambda: local_aws.client("sns").list_topics()["Topics"])
    assert running.kill().returncode < 0
    assert running.processes() == []

    with pytest.raises(EngineError, match="locked"):
        stack.up()
    stack.cancel()
    local_aws.clear_faults()
    stack.up()
    stack.expect_no_changes()


def test_the_state_has_no_file_that_a_kill_can_leave_empty(local_stack, tmp_path):
    local_stack(lambda: None)
    assert list(tmp_path.rglob("dev.json"))
    assert list(tmp_path.rglob("*.attrs")) == []


def test_a_killed_plugin_fails_the_operation_and_not_the_engine(local_aws, local_stack):
    local_aws.inject(Fault.latency(60, service="sns"))
    running = local_stack(lambda: aws.sns.Topic("topic")).start_up()
    wait_for(lambda: running.kill_plugin("aws_plugin"))
    with pytest.raises(EngineError):
        running.wait()
    assert eval("1 + 1") == 2, "the interpreter can still compile"


def test_an_operation_that_takes_too_long_is_killed(local_aws, local_stack):
    local_aws.inject(Fault.latency(60, service="sns"))
    with pytest.raises(EngineError, match=r"did not end in 0\.5 s and was killed"):
        local_stack(lambda: aws.sns.Topic("topic")).up(timeout=0.5)


def test_each_test_gets_an_empty_aws_first(local_aws):
    assert local_aws.client("sns").list_topics()["Topics"] == []
    assert [item.operation for item in local_aws.requests()] == ["ListTopics"]
    local_aws.client("sns").create_topic(Name="left-behind")


def test_each_test_gets_an_empty_aws_again(local_aws):
    test_each_test_gets_an_empty_aws_first(local_aws)


def test_the_users_own_account_does_not_reach_the_engine(monkeypatch, tmp_path):
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("PULUMI_ACCESS_TOKEN", "pul-secret")
    environment = installation.engine_environment(tmp_path, tmp_path, {"AWS_REGION": "eu-west-1"})
    assert not {"AWS_PROFILE", "PULUMI_ACCESS_TOKEN"} & environment.keys()
    assert environment["AWS_REGION"] == "eu-west-1"


def test_the_real_plugin_is_looked_for_in_the_users_own_home(monkeypatch, tmp_path):
    monkeypatch.setenv("PULUMI_HOME", "plugins-of-mine")
    assert installation.engine_environment(None, tmp_path, {})["PULUMI_HOME"] == "plugins-of-mine"


def test_a_missing_engine_is_an_error_that_names_the_cure(monkeypatch, tmp_path):
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(installation.EngineNotFoundError, match="make setup"):
        LocalStack(lambda: None, folder=tmp_path, env={}, plugins_home=None)


def test_the_plugin_is_installed_for_a_python_whose_path_has_a_space(tmp_path):
    python = tmp_path / "my env" / "python"
    python.parent.mkdir()
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    python.chmod(0o755)
    launcher = install_aws_plugin(tmp_path / "pulumi home", python)
    assert launcher.parent.name.startswith("resource-aws-v7.")
    printed = subprocess.run([launcher, "127.0.0.1:1"], check=True, capture_output=True, text=True).stdout.split()
    assert printed == ["-m", "pulumi_ssm_maintenance.testing.aws_plugin", "127.0.0.1:1"]


def wait_for(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
