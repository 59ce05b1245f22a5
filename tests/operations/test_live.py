"""Reading windows: what is read, and what is reported when AWS fails."""

import boto3
import pytest

from pulumi_ssm_maintenance.operations.errors import OperationError, UsageError
from pulumi_ssm_maintenance.operations.live import list_windows, read_windows
from pulumi_ssm_maintenance.testing import Fault


def test_a_window_is_read_whole_and_nothing_is_written(ssm, session, local_aws, new_window, register):
    window = new_window("patching", Tags=[{"Key": "team", "Value": "web"}])
    target = ssm.register_target_with_maintenance_window(
        WindowId=window, ResourceType="INSTANCE", Targets=[{"Key": "tag:Role", "Values": ["web"]}]
    )["WindowTargetId"]
    last, first = register(window, Priority=2), register(window, Priority=1)
    local_aws.clear_requests()
    (found,) = read_windows(session, [window]).windows
    assert (found.window_id, found.name, found.region, found.tags) == (window, "patching", "us-east-1", {"team": "web"})
    assert found.account.account_id == local_aws.account_id
    assert [one.window_target_id for one in found.targets] == [target]
    assert [one.window_task_id for one in found.tasks] == [first, last]
    assert found.tasks[0].fields["TaskArn"] == "AWS-RunShellScript"
    assert all(call.operation.startswith(("Get", "Describe", "List")) for call in local_aws.requests())


def test_windows_come_in_the_order_in_which_they_were_asked_for(session, new_window, register):
    windows = [new_window(name) for name in ("bbb", "aaa", "ccc")]
    tasks = [register(window) for window in windows]
    found = read_windows(session, windows).windows
    assert [one.window_id for one in found] == windows
    assert [task.window_task_id for one in found for task in one.tasks] == tasks


def test_more_targets_than_a_page_holds_are_all_read(ssm, session, new_window):
    window = new_window()
    for number in range(60):
        ssm.register_target_with_maintenance_window(
            WindowId=window, ResourceType="INSTANCE", Targets=[{"Key": "tag:n", "Values": [str(number)]}]
        )
    (found,) = read_windows(session, [window]).windows
    assert len({target.window_target_id for target in found.targets}) == 60


def test_no_value_of_a_task_is_in_its_repr(session, new_window, register):
    window = new_window()
    register(window, TaskInvocationParameters={"RunCommand": {"Parameters": {"commands": ["s3cr3t-canary"]}}})
    assert "s3cr3t-canary" not in repr(read_windows(session, [window]))


def test_a_task_that_is_deleted_during_the_reading_is_left_out_with_a_note(session, local_aws, new_window, register):
    window = new_window("patching")
    register(window)
    local_aws.inject(Fault.error("DoesNotExistException", operation="GetMaintenanceWindowTask"))
    live = read_windows(session, [window])
    assert live.windows[0].tasks == ()
    assert live.notes == (f"a task of patching ({window}) went away while it was read, and is left out",)


def test_an_unknown_window_is_named_with_the_region(session):
    with pytest.raises(OperationError) as failed:
        read_windows(session, ["mw-0123456789abcdef0"])
    assert "could not read maintenance window mw-0123456789abcdef0 in us-east-1: DoesNotExistException" in str(
        failed.value
    )
    assert "Check the id, the region and the credentials." in str(failed.value)


@pytest.mark.parametrize("operation", ["GetMaintenanceWindow", "GetMaintenanceWindowTask", "ListTagsForResource"])
def test_a_missing_permission_is_named_with_what_it_is_for(session, local_aws, new_window, register, operation):
    window = new_window()
    register(window)
    local_aws.inject(Fault.access_denied(operation=operation))
    with pytest.raises(OperationError, match=f"could not read .*{window}.*AccessDenied.*Allow it to the caller"):
        read_windows(session, [window])


def test_the_error_for_a_missing_region_names_the_cure(session, monkeypatch):
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.delenv("AWS_REGION")
    with pytest.raises(UsageError, match=r"no region is set\. Give a region, or set AWS_REGION\."):
        list_windows(boto3.Session())


def test_windows_are_listed_by_name(ssm, session, new_window):
    b, a = new_window("bbb"), new_window("aaa")
    ssm.update_maintenance_window(WindowId=a, Enabled=False)
    found = list_windows(session)
    assert [(one.window_id, one.enabled) for one in found] == [(a, False), (b, True)]
