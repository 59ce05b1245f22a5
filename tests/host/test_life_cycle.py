"""Create, read, update and delete over gRPC: their answers, their calls, their errors."""

import json
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from pulumi_ssm_maintenance.testing import Fault

UNKNOWN_TASK = "00000000-0000-4000-8000-000000000000"
SERVICE_LINKED_ROLE = "arn:aws:iam::123456789012:role/aws-service-role/ssm.amazonaws.com/AWSServiceRoleForAmazonSSM"


def operations(local_aws):
    return [request.operation for request in local_aws.requests("ssm")]


def test_create_gives_the_id_and_what_aws_holds(host, run_command):
    inputs, _ = host.check(run_command)
    id_, outputs = host.create(inputs)
    assert outputs == {
        **inputs,
        "window_task_id": id_,
        "arn": f"arn:aws:ssm:us-east-1:123456789012:windowtask/{id_}",
        "effective_service_role_arn": SERVICE_LINKED_ROLE,
    }


def test_read_gives_the_same_outputs_and_the_inputs_that_would_declare_them(host, run_command, function):
    for declared in (run_command, function):
        inputs, _ = host.check(declared)
        id_, outputs = host.create(inputs)
        assert host.read(id_, outputs) == (id_, outputs, inputs)


def test_read_shows_drift_in_outputs_and_inputs(host, ssm, run_command, window):
    inputs, _ = host.check(run_command)
    id_, outputs = host.create(inputs)
    ssm.update_maintenance_window_task(WindowId=window, WindowTaskId=id_, Name="by-hand", Priority=0)
    _, read_outputs, read_inputs = host.read(id_, outputs)
    assert read_outputs == {**outputs, "name": "by-hand", "priority": 0}
    assert read_inputs == {**inputs, "name": "by-hand", "priority": 0}


def test_update_gives_every_output_and_clears_what_is_no_longer_declared(host, run_command):
    inputs, _ = host.check({**run_command, "name": "named", "service_role_arn": "arn:aws:iam::123456789012:role/task"})
    id_, outputs = host.create(inputs)
    changed, _ = host.check({**run_command, "priority": 9.0})
    updated = host.update(id_, outputs, changed)
    expected = {**outputs, "priority": 9, "effective_service_role_arn": SERVICE_LINKED_ROLE}
    assert updated == {key: value for key, value in expected.items() if key not in {"name", "service_role_arn"}}
    assert host.read(id_, updated)[1] == updated


def test_a_task_that_is_gone_reads_as_an_empty_id_and_deletes_with_success(host, run_command):
    inputs, _ = host.check(run_command)
    id_, outputs = host.create(inputs)
    host.delete(id_, outputs)
    assert host.read(id_, outputs) == ("", {}, {})
    host.delete(id_, outputs)


def test_what_is_secret_is_marked_in_outputs_and_read_inputs(host, secret, run_command, function):
    run_command["task_invocation_parameters"]["run_command"]["parameters"] = {"a": ["shown", "hidden"]}
    run_command["service_role_arn"] = "arn:aws:iam::123456789012:role/hidden"
    path = "task_invocation_parameters.run_command.parameters.a[1]"
    run_command["__task"]["secrets"] = [path, "service_role_arn"]
    id_, created = host.create(host.check(run_command)[0])
    _, read, read_inputs = host.read(id_, created)
    updated = host.update(id_, created, host.check({**run_command, "priority": 4.0})[0])
    for properties in (created, read, read_inputs, updated):
        parameters = properties["task_invocation_parameters"]["run_command"]["parameters"]
        assert parameters == {"a": ["shown", secret("hidden")]}
        assert properties["service_role_arn"] == secret("arn:aws:iam::123456789012:role/hidden")
    for properties in (created, read, updated):
        assert properties["effective_service_role_arn"] == secret("arn:aws:iam::123456789012:role/hidden")

    id_, created = host.create(host.check(function)[0])
    _, read, read_inputs = host.read(id_, created)
    for properties in (created, read, read_inputs):
        payload = properties["task_invocation_parameters"]["lambda_"]["payload"]
        assert payload == secret('{"key": "canary-of-the-payload"}')


def test_a_payload_that_drift_brings_is_marked(host, secret, ssm, function, window):
    del function["task_invocation_parameters"]
    id_, outputs = host.create(host.check(function)[0])
    ssm.update_maintenance_window_task(
        WindowId=window, WindowTaskId=id_, TaskInvocationParameters={"Lambda": {"Payload": b'"drifted"'}}
    )
    _, read_outputs, read_inputs = host.read(id_, outputs)
    for properties in (read_outputs, read_inputs):
        assert properties["task_invocation_parameters"] == {"lambda_": {"payload": secret('"drifted"')}}


def test_a_lookup_reads_a_task_that_is_known_by_its_ids_alone(host, local_aws, run_command, window):
    id_, outputs = host.create(host.check(run_command)[0])
    local_aws.clear_requests()
    found_id, found, _ = host.look_up(f"{window}/{id_}", {"__task": {"name": "found"}})
    assert found_id == id_
    del outputs["idempotency_key"]
    assert found == {**outputs, "__task": {"name": "found"}}
    assert operations(local_aws) == ["GetMaintenanceWindowTask"]


def test_a_refresh_of_a_lookup_finds_the_task_by_its_outputs(host, run_command, window):
    id_, _ = host.create(host.check(run_command)[0])
    found_id, found, _ = host.look_up(f"{window}/{id_}", {"__task": {"name": "found"}})
    assert host.read(found_id, found)[:2] == (found_id, found)


def test_each_method_makes_its_fixed_number_of_calls(host, local_aws, run_command):
    def calls_of(method, *arguments):
        local_aws.clear_requests()
        answer = method(*arguments)
        return operations(local_aws), answer

    inputs, _ = host.check(run_command)
    calls, (id_, outputs) = calls_of(host.create, inputs)
    assert calls == ["RegisterTaskWithMaintenanceWindow", "GetMaintenanceWindowTask"]
    assert calls_of(host.read, id_, outputs)[0] == ["GetMaintenanceWindowTask"]
    assert calls_of(host.update, id_, outputs, {**inputs, "priority": 4.0})[0] == ["UpdateMaintenanceWindowTask"]
    assert calls_of(host.delete, id_, outputs)[0] == ["DeregisterTaskFromMaintenanceWindow"]


def test_a_race_for_the_first_client_asks_once_for_the_caller(start_host, local_aws, run_command):
    host = start_host()
    inputs, _ = host.check(run_command)
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda n: host.create({**inputs, "idempotency_key": f"key-{n}"}), range(4)))
    assert len({id_ for id_, _ in made}) == 4
    assert [request.operation for request in local_aws.requests("sts")] == ["GetCallerIdentity"]


def test_a_race_for_the_first_credentials_of_a_role_works_in_its_account_only(start_host, local_aws, run_command):
    owner = "222222222222"
    window = local_aws.client("ssm", account=owner).create_maintenance_window(
        Name="window", Schedule="rate(1 day)", Duration=4, Cutoff=1, AllowUnassociatedTargets=True
    )["WindowId"]
    host = start_host({"aws:assumeRoles": json.dumps([{"roleArn": f"arn:aws:iam::{owner}:role/deployer"}])})
    inputs, _ = host.check({**run_command, "window_id": window})
    local_aws.clear_requests()
    local_aws.inject(Fault.latency(0.3, service="sts"))
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda n: host.create({**inputs, "idempotency_key": f"key-{n}"}), range(4)))
    assert len({id_ for id_, _ in made}) == 4
    assert {request.account for request in local_aws.requests("ssm")} == {owner}
    # The client for Systems Manager and the one that asks for the account share the role's credentials.
    assert len(local_aws.requests("sts", "AssumeRole")) == 1


def test_four_calls_are_under_way_at_once(host, local_aws, run_command):
    local_aws.inject(Fault.latency(1, operation="RegisterTaskWithMaintenanceWindow"))
    inputs, _ = host.check(run_command)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda n: host.create({**inputs, "idempotency_key": f"key-{n}"}), range(4)))
    assert max(request.in_flight for request in local_aws.requests("ssm")) == 4


@pytest.mark.parametrize(
    ("faults", "arn"),
    [
        ([Fault.access_denied(service="sts")], "arn:aws:ssm:us-east-1:123456789012:windowtask/{}"),
        (
            [
                Fault.access_denied(service="sts"),
                Fault.access_denied(operation="GetMaintenanceWindowTask"),
                Fault.access_denied(operation="UpdateMaintenanceWindowTask"),
            ],
            None,
        ),
    ],
    ids=["by the role that the task has", "not at all"],
)
def test_whose_a_task_is_where_sts_does_not_say(capfd, start_host, local_aws, run_command, faults, arn):
    host = start_host()
    inputs, _ = host.check(run_command)
    for fault in faults:
        local_aws.inject(fault)
    id_, outputs = host.create(inputs)
    assert outputs.get("arn") == (arn and arn.format(id_))
    assert ("has no arn" in capfd.readouterr().err) is (arn is None)


def test_the_same_create_again_finds_the_same_task_in_another_process(start_host, ssm, run_command, window):
    first, second = start_host(), start_host()
    made = [host.create(host.check(run_command)[0])[0] for host in (first, second)]
    held = ssm.describe_maintenance_window_tasks(WindowId=window)["Tasks"]
    assert made == [held[0]["WindowTaskId"]] * 2
    assert len(held) == 1


class TestErrors:
    """What the engine prints: the traceback, and the error's own text as its last line."""

    def failing(self, method, *arguments):
        with pytest.raises(grpc.RpcError) as raised:
            method(*arguments)
        text = raised.value.details()
        return text, text.strip().splitlines()[-1]

    def test_the_last_line_says_what_was_tried_on_what_why_and_what_to_do(self, host, run_command, window):
        id_, outputs = host.create(host.check(run_command)[0])
        host.delete(id_, outputs)
        _, last = self.failing(host.update, id_, outputs, {**host.check(run_command)[0], "priority": 4.0})
        assert f"could not update maintenance window task {window}/{id_}: DoesNotExistException" in last
        assert "pulumi refresh" in last

    def test_a_refusal_that_echoes_values_shows_none_of_them(self, host, local_aws, run_command):
        run_command |= {
            "description": "canary-of-the-description",
            "service_role_arn": "arn:aws:iam::123456789012:role/canary-of-the-role",
            "__task": {"name": "patch", "secrets": ["service_role_arn"]},
        }
        parameters = {"a": ['canary "of the" parameter']}
        run_command["task_invocation_parameters"]["run_command"]["parameters"] = parameters
        echoes = [
            "canary-of-the-description",
            "arn:aws:iam::123456789012:role/canary-of-the-role",
            'canary "of the" parameter',
            'canary \\"of the\\" parameter',
        ]
        inputs, _ = host.check(run_command)
        local_aws.inject(Fault.error("ValidationException", message=f"Value at 'x' failed: {'; '.join(echoes)}"))
        text, last = self.failing(host.create, inputs)
        assert "canary" not in text
        assert "ValidationException: Value at 'x' failed: [secret]" in last

    def test_the_traceback_shows_no_inner_frames_and_no_other_error(self, host, local_aws, run_command):
        inputs, _ = host.check(run_command)
        local_aws.inject(Fault.access_denied())
        text, last = self.failing(host.create, inputs)
        assert "AccessDeniedException" in last
        assert "botocore" not in text
        assert "During handling" not in text
        assert "direct cause" not in text

    def test_a_lookup_of_nothing_says_where_it_looked(self, host, window):
        _, last = self.failing(host.look_up, f"{window}/{UNKNOWN_TASK}", {"__task": {"name": "found"}})
        assert f"{window}/{UNKNOWN_TASK} in us-east-1 of account 123456789012" in last

    def test_a_lookup_by_something_else_than_ids_says_what_an_id_is(self, host):
        _, last = self.failing(host.look_up, "mw-1/x", {"__task": {"name": "found"}})
        assert "<window_id>/<window_task_id>" in last

    def test_a_wrong_setting_is_reported_by_every_method(self, start_host, host, local_aws, run_command):
        inputs, _ = host.check(run_command)
        id_, outputs = host.create(inputs)
        local_aws.clear_requests()
        broken = start_host({"aws:retryMode": "legacy", "aws:assumeRole": "{}"})
        _, failures = broken.check(run_command)
        assert len(failures) == 1
        texts = [
            failures[0][1],
            self.failing(broken.create, inputs)[1],
            self.failing(broken.read, id_, outputs)[1],
            self.failing(broken.update, id_, outputs, inputs)[1],
            self.failing(broken.delete, id_, outputs)[1],
        ]
        for text in texts:
            assert "aws:retryMode" in text
            assert "aws:assumeRole" in text
        assert local_aws.requests() == []

    def test_credentials_of_another_account_are_refused_by_read_update_and_delete(self, start_host, host, run_command):
        inputs, _ = host.check(run_command)
        id_, outputs = host.create(inputs)
        roles = [{"roleArn": "arn:aws:iam::222222222222:role/deploy"}]
        other = start_host({"aws:assumeRoles": roles})
        for method, arguments in (
            (other.read, (id_, outputs)),
            (other.update, (id_, outputs, {**inputs, "priority": 4.0})),
            (other.delete, (id_, outputs)),
        ):
            _, last = self.failing(method, *arguments)
            assert "it is in account 123456789012, and the credentials belong to account 222222222222" in last
