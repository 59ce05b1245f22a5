import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pulumi_ssm_maintenance.testing.local_aws.server.ssm.service import OPERATIONS

UNKNOWN_WINDOW = "mw-00000000000000000"
UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"
REQUIRED = {
    "Name": "window",
    "Schedule": "cron(0 2 ? * SUN *)",
    "Duration": 3,
    "Cutoff": 1,
    "AllowUnassociatedTargets": False,
}
FULL = {
    **REQUIRED,
    "Description": "what for",
    "StartDate": "2030-01-01T00:00:00Z",
    "EndDate": "2031-01-01T00:00:00+02:00",
    "ScheduleTimezone": "Europe/Berlin",
    "ScheduleOffset": 2,
    "AllowUnassociatedTargets": True,
}


def create(ssm, **window):
    return ssm.create_maintenance_window(**{**REQUIRED, **window})["WindowId"]


def get(ssm, window):
    return members(ssm.get_maintenance_window(WindowId=window))


def members(answer):
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def refusal(call, /, *args, **kwargs):
    with pytest.raises(ClientError) as caught:
        call(*args, **kwargs)
    response: Any = caught.value.response
    return response["Error"]["Code"]


class TestCreate:
    def test_gives_an_id_of_the_form_that_the_model_asks_for(self, ssm):
        assert re.fullmatch(ssm.meta.service_model.shape_for("MaintenanceWindowId").metadata["pattern"], create(ssm))

    def test_returns_what_was_set_and_when(self, ssm):
        window = create(ssm, **FULL)
        shown = get(ssm, window)
        created, modified = shown.pop("CreatedDate"), shown.pop("ModifiedDate")
        assert shown.pop("NextExecutionTime") == "2030-01-01T02:00+01:00"
        assert shown == {**FULL, "WindowId": window, "Enabled": True}
        assert abs(datetime.now(UTC) - created) < timedelta(minutes=5)
        assert modified == created

    def test_full_window_covers_every_member_of_the_model(self, ssm):
        request = ssm.meta.service_model.operation_model("CreateMaintenanceWindow").input_shape
        assert set(FULL) == set(request.members) - {"ClientToken", "Tags"}

    def test_of_a_cutoff_without_time_for_a_task_is_refused_in_the_words_of_aws(self, ssm):
        with pytest.raises(ClientError) as caught:
            create(ssm, Duration=1, Cutoff=1)
        error: Any = caught.value.response["Error"]
        assert error["Message"] == "Cuttoff was 1 but must be smaller than 0 (Duration  - 1 )"
        assert get(ssm, create(ssm, Duration=1, Cutoff=0))["Cutoff"] == 0

    def test_of_a_51st_window_is_refused(self, ssm):
        for _ in range(50):
            create(ssm)
        assert refusal(create, ssm) == "ResourceLimitExceededException"

    @pytest.mark.parametrize(
        "wrong",
        [
            {"Schedule": "every sunday"},
            {"Schedule": "cron(0 2 *)"},
            {"Schedule": "rate(0 days)"},
            {"Schedule": "rate(1 days)"},
            {"Schedule": "at(tomorrow)"},
            {"Schedule": "rate(1 day)", "ScheduleOffset": 2},
            {"Duration": 25},
            {"Cutoff": 24},
            {"Duration": 2, "Cutoff": 3},
            {"Duration": 2, "Cutoff": 2},
            {"StartDate": "soon"},
            {"StartDate": "20300101T000000Z"},
            {"StartDate": "2030-W01-1"},
            {"EndDate": "later"},
            {"EndDate": ""},
            {"Name": "a b"},
        ],
        ids=str,
    )
    def test_refuses_what_is_out_of_bounds(self, ssm, wrong):
        assert refusal(create, ssm, **wrong) == "ValidationException"

    @pytest.mark.parametrize(
        "schedule", ["rate(7 days)", "rate(1 hour)", "cron(0 0 2 ? * SUN *)", "at(2030-01-01T10:00:00)"]
    )
    def test_takes_every_kind_of_schedule(self, ssm, schedule):
        assert get(ssm, create(ssm, Schedule=schedule))["Schedule"] == schedule

    def test_shows_when_a_rate_opens_next(self, ssm):
        shown = get(ssm, create(ssm, Schedule="rate(1 hour)"))
        opening = datetime.fromisoformat(shown["NextExecutionTime"])
        assert timedelta(0) < opening - datetime.now(UTC) <= timedelta(hours=1)

    def test_shows_when_a_single_date_opens_until_it_has_passed(self, ssm):
        future, past = create(ssm, Schedule="at(2999-01-01T10:00:00)"), create(ssm, Schedule="at(2001-01-01T10:00:00)")
        assert get(ssm, future)["NextExecutionTime"] == "2999-01-01T10:00Z"
        assert "NextExecutionTime" not in get(ssm, past)

    def test_token_makes_a_repetition_the_same_window(self, ssm):
        first = create(ssm, ClientToken="token")
        assert create(ssm, ClientToken="token") == first
        assert refusal(create, ssm, ClientToken="token", Duration=4) == "IdempotentParameterMismatch"


class TestUpdate:
    def test_without_replace_keeps_what_is_left_out(self, ssm):
        window = create(ssm, **FULL)
        answer = members(ssm.update_maintenance_window(WindowId=window, Duration=5))
        assert answer == {**FULL, "WindowId": window, "Enabled": True, "Duration": 5}
        assert get(ssm, window)["Duration"] == 5

    def test_with_replace_clears_what_is_left_out(self, ssm):
        window = create(ssm, **FULL)
        answer = members(ssm.update_maintenance_window(WindowId=window, Replace=True, **REQUIRED))
        assert answer == {**REQUIRED, "WindowId": window, "Enabled": True}

    @pytest.mark.parametrize("missing", REQUIRED)
    def test_with_replace_needs_what_a_creation_needs(self, ssm, missing):
        given = {name: value for name, value in REQUIRED.items() if name != missing}
        assert (
            refusal(ssm.update_maintenance_window, WindowId=create(ssm), Replace=True, **given) == "ValidationException"
        )

    def test_disables(self, ssm):
        window = create(ssm, Schedule="rate(1 day)")
        ssm.update_maintenance_window(WindowId=window, Enabled=False)
        shown = get(ssm, window)
        assert shown["Enabled"] is False
        assert "NextExecutionTime" not in shown
        assert shown["ModifiedDate"] >= shown["CreatedDate"]

    def test_is_checked(self, ssm):
        assert refusal(ssm.update_maintenance_window, WindowId=create(ssm), Schedule="never") == "ValidationException"

    def test_of_a_missing_window_is_refused_in_the_words_of_aws(self, ssm):
        with pytest.raises(ssm.exceptions.DoesNotExistException) as caught:
            ssm.update_maintenance_window(WindowId=UNKNOWN_WINDOW, Duration=2)
        assert caught.value.response["Error"]["Message"] == f"Maintenance window {UNKNOWN_WINDOW} does not exist"


class TestDelete:
    def test_deletes_targets_and_tasks_too(self, ssm):
        window = create(ssm)
        task = ssm.register_task_with_maintenance_window(WindowId=window, TaskArn="f", TaskType="LAMBDA")
        assert members(ssm.delete_maintenance_window(WindowId=window)) == {"WindowId": window}
        assert refusal(get, ssm, window) == "DoesNotExistException"
        ids = {"WindowId": window, "WindowTaskId": task["WindowTaskId"]}
        assert refusal(ssm.get_maintenance_window_task, **ids) == "DoesNotExistException"

    def test_of_a_missing_window_succeeds(self, ssm):
        assert members(ssm.delete_maintenance_window(WindowId=UNKNOWN_WINDOW)) == {"WindowId": UNKNOWN_WINDOW}


class TestDescribe:
    def test_item_has_the_members_of_the_model_that_are_set(self, ssm):
        window = create(ssm, **FULL)
        [item] = ssm.describe_maintenance_windows()["WindowIdentities"]
        known = set(ssm.meta.service_model.shape_for("MaintenanceWindowIdentity").members)
        assert item == {name: value for name, value in get(ssm, window).items() if name in known}

    def test_filters_by_name_and_by_enabled(self, ssm):
        create(ssm, Name="other")
        disabled, enabled = create(ssm), create(ssm)
        ssm.update_maintenance_window(WindowId=disabled, Enabled=False)
        for state, wanted in (("true", enabled), ("True", enabled), ("false", disabled), ("False", disabled)):
            filters = [{"Key": "Name", "Values": ["window"]}, {"Key": "Enabled", "Values": [state]}]
            found = ssm.describe_maintenance_windows(Filters=filters)["WindowIdentities"]
            assert [item["WindowId"] for item in found] == [wanted]

    def test_unknown_filter_is_refused(self, ssm):
        filters = [{"Key": "Colour", "Values": ["red"]}]
        assert refusal(ssm.describe_maintenance_windows, Filters=filters) == "ValidationException"

    def test_pages(self, ssm):
        windows = [create(ssm) for _ in range(23)]
        pages = list(ssm.get_paginator("describe_maintenance_windows").paginate(PaginationConfig={"PageSize": 10}))
        assert [len(page["WindowIdentities"]) for page in pages] == [10, 10, 3]
        assert [item["WindowId"] for page in pages for item in page["WindowIdentities"]] == windows


class TestTags:
    def test_are_set_listed_and_removed(self, ssm):
        window = create(ssm, Tags=[{"Key": "a", "Value": "1"}])
        of = {"ResourceType": "MaintenanceWindow", "ResourceId": window}
        ssm.add_tags_to_resource(**of, Tags=[{"Key": "b", "Value": "2"}])
        ssm.remove_tags_from_resource(**of, TagKeys=["a"])
        assert ssm.list_tags_for_resource(**of)["TagList"] == [{"Key": "b", "Value": "2"}]

    def test_are_at_most_fifty(self, ssm):
        window = create(ssm, Tags=[{"Key": str(number), "Value": ""} for number in range(49)])
        of = {"ResourceType": "MaintenanceWindow", "ResourceId": window}
        ssm.add_tags_to_resource(**of, Tags=[{"Key": "0", "Value": "again"}, {"Key": "last", "Value": ""}])
        assert refusal(ssm.add_tags_to_resource, **of, Tags=[{"Key": "more", "Value": ""}]) == "TooManyTagsError"

    def test_of_a_new_window_are_at_most_fifty(self, ssm):
        tags = [{"Key": str(number), "Value": ""} for number in range(51)]
        assert refusal(create, ssm, Tags=tags) == "TooManyTagsError"
        assert ssm.describe_maintenance_windows()["WindowIdentities"] == []

    def test_of_a_missing_window_are_refused(self, ssm):
        of = {"ResourceType": "MaintenanceWindow", "ResourceId": UNKNOWN_WINDOW}
        assert refusal(ssm.list_tags_for_resource, **of) == "InvalidResourceId"

    def test_of_other_resources_are_left_to_moto(self, ssm):
        ssm.put_parameter(Name="a", Value="1", Type="String", Tags=[{"Key": "a", "Value": "1"}])
        listed = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId="a")["TagList"]
        assert listed == [{"Key": "a", "Value": "1"}]


class TestExecutions:
    @pytest.mark.parametrize(("operation", "result"), [("describe_maintenance_window_executions", "WindowExecutions")])
    def test_of_a_window_do_not_exist(self, ssm, operation, result):
        call = getattr(ssm, operation)
        assert call(WindowId=create(ssm))[result] == []
        # AWS's model names no error for a window that does not exist.
        assert call(WindowId=UNKNOWN_WINDOW)[result] == []

    @pytest.mark.parametrize(
        ("operation", "more"),
        [
            ("get_maintenance_window_execution", {}),
            ("cancel_maintenance_window_execution", {}),
            ("describe_maintenance_window_execution_tasks", {}),
            ("get_maintenance_window_execution_task", {"TaskId": UNKNOWN_ID}),
            ("describe_maintenance_window_execution_task_invocations", {"TaskId": UNKNOWN_ID}),
            ("get_maintenance_window_execution_task_invocation", {"TaskId": UNKNOWN_ID, "InvocationId": UNKNOWN_ID}),
        ],
    )
    def test_named_by_id_do_not_exist(self, ssm, operation, more):
        assert refusal(getattr(ssm, operation), WindowExecutionId=UNKNOWN_ID, **more) == "DoesNotExistException"


def test_every_maintenance_window_operation_of_the_model_is_answered(ssm):
    operations = {name for name in ssm.meta.service_model.operation_names if "MaintenanceWindow" in name}
    assert operations <= set(OPERATIONS)


def test_accounts_and_regions_are_separate(aws, ssm):
    window = create(ssm)
    for other in (aws.client("ssm", region="eu-central-1"), aws.client("ssm", account="222222222222")):
        assert refusal(get, other, window) == "DoesNotExistException"
        assert other.describe_maintenance_windows()["WindowIdentities"] == []
