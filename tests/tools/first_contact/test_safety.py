"""First contact touches nothing of others, and leaves nothing behind, whatever breaks."""

import signal
import subprocess
import sys
import time

import pytest
from tests.accounts import environment_of
from tests.tools.first_contact.asked import ROOT, left_over, start
from tools.first_contact.account import PREFIX, Account, ForeignNameError
from tools.first_contact.exchanges import Redaction
from tools.first_contact.transport import DryTransport

from pulumi_ssm_maintenance.testing import Fault

OTHER = "222222222222"


@pytest.fixture
def foreign(local_aws):
    """Things of others, some with names that look like ours."""
    ssm, cloudwatch = local_aws.client("ssm"), local_aws.client("cloudwatch")
    names = [f"{PREFIX}00000000-window", "web"]
    for name in names:
        ssm.create_maintenance_window(
            Name=name, Schedule="rate(1 day)", Duration=4, Cutoff=1, AllowUnassociatedTargets=True
        )
    cloudwatch.put_metric_alarm(
        AlarmName="errors", ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1, MetricName="none"
    )
    before = left_over(local_aws)
    local_aws.clear_requests()
    return before


def test_the_wrong_account_is_asked_nothing(contact, local_aws):
    run = contact(account=OTHER)
    assert run.code == 2
    assert f"--account says {OTHER}, and the credentials belong to account {local_aws.account_id}" in run.errors
    assert [request.operation for request in local_aws.requests()] == ["GetCallerIdentity"]
    assert run.recording == ""


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--account", "123"), "--account: got '123'; say the 12 digits"),
        (("--only", "token-agian"), "no question 'token-agian'; did you mean token-again? --list shows all"),
        (("--clean-up", "*"), "--clean-up: got '*'; allowed are the 8 hex digits"),
    ],
)
def test_bad_input_is_one_line(contact, local_aws, arguments, text):
    run = contact(*arguments)
    assert run.code == 2
    assert text in run.errors
    assert len(run.errors.splitlines()) == 1
    assert local_aws.requests() == []


def test_a_recording_is_never_overwritten(contact, local_aws, tmp_path):
    (tmp_path / "recording.jsonl").write_text("kept")
    run = contact("--only", "token-again")
    assert (run.code, run.recording) == (2, "kept")
    assert "recording.jsonl cannot be written: File exists" in run.errors
    assert left_over(local_aws) == []


@pytest.mark.parametrize(
    ("env", "text"),
    [
        ({}, "AWS does not say whose credentials these are: NoCredentialsError"),
        ({"AWS_PROFILE": "nobody"}, "The config profile (nobody) could not be found"),
    ],
)
def test_without_credentials_nothing_is_asked(contact, local_aws, env, text):
    nothing = {name: value for name, value in local_aws.env.items() if "KEY" not in name and "TOKEN" not in name}
    run = contact(env=nothing | env)
    assert run.code == 2
    assert text in run.errors


def test_an_account_with_windows_of_others_is_asked_only_if_the_user_says_so(contact, local_aws, foreign):
    run = contact("--only", "token-again")
    assert run.code == 2
    assert "it has enabled maintenance windows of others (1), such as 'web'" in run.errors
    assert "add --beside-others" in run.errors
    assert [it.operation for it in local_aws.requests()] == ["GetCallerIdentity", "DescribeMaintenanceWindows"]


def test_a_call_that_names_something_of_others_is_not_sent(local_aws):
    account = Account(DryTransport(print), "0badcafe")
    for operation, parameters in (
        ("DeleteMaintenanceWindow", {"WindowId": "mw-0123456789abcdef0"}),
        ("DeleteAlarms", {"AlarmNames": [account.name("alarm"), "errors"]}),
        ("RegisterTaskWithMaintenanceWindow", {}),
        ("DeleteParameter", {"Name": account.name("parameter")}),
    ):
        for send in (account.ask, account.look):
            with pytest.raises(ForeignNameError, match=operation):
                send(operation, **parameters)


def test_things_of_others_stay(contact, local_aws, foreign):
    run = contact("--beside-others", "--only", "replace-alarm", "dangling-target", "document-version", "replace-role")
    assert run.code == 0
    assert left_over(local_aws) == foreign


def test_a_recording_names_neither_the_account_nor_the_caller(contact, local_aws):
    run = contact(
        "--only", "replace-role", "defaults", account=OTHER, env=local_aws.env | environment_of(local_aws, OTHER)
    )
    assert run.code == 0
    assert run.verdicts
    assert OTHER not in run.recording
    assert "stranger" not in run.recording


def test_a_recording_does_not_name_the_organisation_whose_policy_denies_a_call():
    policy = "arn:aws:organizations::333333333333:policy/o-a1b2c3d4e5/service_control_policy/p-1a2b3c4d"
    redacted = Redaction(run="0badcafe", account=OTHER)(
        f"explicit deny in a service control policy: {policy}. Request ID: 1"
    )
    assert redacted == (
        "explicit deny in a service control policy: arn:aws:organizations::123456789012:removed. Request ID: removed"
    )


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_run_that_is_killed_can_be_cleaned_up_or_does_it_itself(contact, local_aws, foreign, tmp_path, number):
    local_aws.inject(Fault.hang(30, operation="UpdateMaintenanceWindowTask"))
    process = start(local_aws, tmp_path, "--beside-others", "--only", "replace-alarm")
    run_id = process.stdout.readline().split()[1]
    while len(local_aws.requests("ssm", "RegisterTaskWithMaintenanceWindow")) < 2:
        time.sleep(0.05)
    process.send_signal(number)
    output = process.communicate()[0]
    local_aws.clear_faults()
    if number == signal.SIGKILL:
        assert left_over(local_aws) == sorted([*foreign, f"{PREFIX}{run_id}-alarm", f"{PREFIX}{run_id}-window"])
        following = contact("--beside-others", "--only", "token-again", path=tmp_path / "following.jsonl")
        assert f"Run {run_id} has left something, unless it is at work: see --clean-up {run_id}." in following.output
        run = contact("--clean-up", run_id)
        assert run.code == 0
        assert "Removed: maintenance window mw-" in run.output
    else:
        assert process.returncode == 130
        assert "Interrupted: removing what was made" in output
    assert left_over(local_aws) == foreign


def test_ctrl_c_again_and_again_does_not_keep_it_from_removing_everything(local_aws, tmp_path):
    local_aws.inject(Fault.hang(30, operation="UpdateMaintenanceWindowTask"))
    local_aws.inject(Fault.latency(0.5, operation="DeleteMaintenanceWindow"))
    process = start(local_aws, tmp_path, "--only", "replace-alarm")
    while len(local_aws.requests("ssm", "RegisterTaskWithMaintenanceWindow")) < 2:
        time.sleep(0.05)
    while process.poll() is None:
        process.send_signal(signal.SIGINT)
        time.sleep(0.1)
    assert "Interrupted: removing what was made" in process.communicate()[0]
    assert left_over(local_aws) == []


def test_a_window_whose_id_never_arrived_is_found_and_removed(contact, local_aws):
    local_aws.inject(Fault.reset_after(operation="CreateMaintenanceWindow", times=1))
    run = contact("--only", "token-again")
    assert run.verdicts == {"token-again": "no answer"}
    assert "CreateMaintenanceWindow: ConnectionClosedError" in run.output
    assert left_over(local_aws) == []


def test_access_denied_leaves_the_question_open_and_asks_the_others(contact, local_aws):
    local_aws.inject(Fault.access_denied(operation="UpdateMaintenanceWindowTask"))
    run = contact("--only", "update-keeps", "token-again")
    assert run.verdicts == {"update-keeps": "no answer", "token-again": "holds"}
    assert "UpdateMaintenanceWindowTask: AccessDeniedException" in run.output
    assert run.code == 3
    assert left_over(local_aws) == []


def test_what_may_not_be_removed_is_named_with_the_command_that_removes_it_later(contact, local_aws, tmp_path):
    local_aws.inject(Fault.access_denied(operation="DeleteMaintenanceWindow"))
    run = contact("--only", "token-again")
    assert run.code == 1
    assert "Still there: maintenance window mw-" in run.output
    assert f"--clean-up {run.run_id}" in run.output
    local_aws.clear_faults()
    assert contact("--clean-up", run.run_id, path=tmp_path / "other.jsonl").code == 0
    assert left_over(local_aws) == []


def test_a_list_that_is_denied_does_not_keep_what_is_known(contact, local_aws):
    local_aws.inject(Fault.access_denied(operation="DescribeAlarms", service="cloudwatch"))
    run = contact("--only", "replace-alarm")
    assert run.code == 1
    assert "Still there: every alarm of the run that is not known" in run.output
    local_aws.clear_faults()
    assert left_over(local_aws) == []


def test_a_throttled_call_is_made_again_and_recorded(contact, local_aws):
    local_aws.inject(Fault.error("ThrottlingException", operation="RegisterTaskWithMaintenanceWindow", times=2))
    pauses = []
    run = contact("--only", "token-again", sleep=pauses.append)
    assert run.verdicts == {"token-again": "holds"}
    assert run.recording.count('"code": "ThrottlingException"') == 2
    assert pauses == [0.5, 1]


def test_it_runs_without_pulumi():
    program = "import sys, tools.first_contact.__main__; print([it for it in sys.modules if it.startswith('pulumi')])"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
