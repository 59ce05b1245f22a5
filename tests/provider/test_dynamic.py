"""The provider as Pulumi's host sees it: what is kept in users' state, what is marked, and how errors come out."""

import base64
import io
import json
import os
import pickle
import subprocess
import sys
import traceback
from pathlib import Path
from typing import ClassVar

import dill
import pulumi
import pytest
from pulumi.dynamic import ConfigureRequest
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.output import Unknown
from pulumi.runtime.rpc import _special_secret_sig, _special_sig_key
from tests.provider.fake_gateway import OTHER_ACCOUNT, FakeGateway, denied

import pulumi_ssm_maintenance
from pulumi_ssm_maintenance import TaskProvider
from pulumi_ssm_maintenance._dynamic import task_provider
from pulumi_ssm_maintenance._dynamic.messages import Warnings
from pulumi_ssm_maintenance._dynamic.settings import Settings
from pulumi_ssm_maintenance.errors import AccessDeniedError, SettingsError, SsmMaintenanceError, WrongAccountError
from pulumi_ssm_maintenance.lifecycle import apply, registration
from pulumi_ssm_maintenance.lifecycle.claims import Claims
from pulumi_ssm_maintenance.lifecycle.properties import BOOKKEEPING

GOLDEN = json.loads((Path(__file__).parents[1] / "golden/wire_formats.json").read_text())["pickled_provider"]
PAYLOAD = {"task_invocation_parameters": {"lambda_": {"payload": '{"a": 1}'}}}
INPUTS = {
    "window_id": "mw-0123456789abcdef0",
    "task_type": "LAMBDA",
    "task_arn": "clean-up",
    "region": "eu-west-1",
    "idempotency_key": "key",
    BOOKKEEPING: {"name": "patch", "secrets": []},
}


@pytest.fixture(autouse=True)
def _fresh_process(monkeypatch):
    monkeypatch.setattr(task_provider, "settings", Settings())
    monkeypatch.setattr(task_provider, "warnings", Warnings())
    monkeypatch.setattr(task_provider, "claims", Claims())


@pytest.fixture
def aws(monkeypatch):
    fake = FakeGateway()
    monkeypatch.setattr(registration, "time", fake.clock)
    monkeypatch.setattr(apply, "gateway", lambda connection, region: fake)
    return fake


@pytest.fixture
def warnings(monkeypatch):
    given = []
    monkeypatch.setattr(pulumi.log, "warn", given.append)
    return given


def configured(**settings):
    provider = TaskProvider()
    config = {f"aws:{key}": value for key, value in settings.items()}
    provider.configure(ConfigureRequest(type("Config", (), {"get": staticmethod(config.get)})()))
    return provider


def secret(value):
    return {_special_sig_key: _special_secret_sig, "value": value}


def reasons(result):
    return [failure.reason for failure in result.failures]


class TestTheFormInUsersState:
    @pytest.mark.parametrize("protocol", sorted(GOLDEN))
    def test_the_provider_is_pickled_as_ever(self, protocol):
        pickled = base64.b64encode(dill.dumps(TaskProvider(), protocol=int(protocol), recurse=True)).decode()
        assert pickled == GOLDEN[protocol]
        assert len(pickled) < 100

    def test_pulumi_writes_it_in_one_of_these_forms(self):
        assert serialize_provider(TaskProvider()) == GOLDEN[str(pickle.DEFAULT_PROTOCOL)]

    @pytest.mark.parametrize("protocol", sorted(GOLDEN))
    def test_what_stands_in_a_state_is_the_provider(self, protocol):
        assert type(dill.load(io.BytesIO(base64.b64decode(GOLDEN[protocol])))) is TaskProvider

    def test_work_leaves_nothing_on_the_instance(self, aws):
        provider = configured(region="eu-west-1", accessKey="AKIA", secretKey="hunter2")
        provider.check({}, INPUTS)
        provider.create(INPUTS)
        assert vars(provider) == {}
        assert serialize_provider(provider) == GOLDEN[str(pickle.DEFAULT_PROTOCOL)]

    def test_it_is_not_encrypted(self):
        assert TaskProvider.serialize_as_secret_always is False


def packages_loaded_by(program):
    program = f"import sys; {program}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    return {*subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()}


def test_importing_the_resource_loads_nothing_of_aws():
    loaded = packages_loaded_by("from pulumi_ssm_maintenance import MaintenanceWindowTask")
    assert "pulumi" in loaded
    assert loaded.isdisjoint({"boto3", "botocore", "moto", "pulumi_aws", "pytest"})


def test_importing_the_package_alone_does_not_load_pulumi():
    loaded = packages_loaded_by("import pulumi_ssm_maintenance.simulation")
    assert "pulumi_ssm_maintenance" in loaded
    assert loaded.isdisjoint({"pulumi", "grpc", "google"})


@pytest.mark.parametrize(
    "program",
    [
        "from pulumi_ssm_maintenance import *; TaskProvider",
        "from pulumi_ssm_maintenance import outputs; outputs.Target",
        "import pulumi_ssm_maintenance as ssm; ssm.errors.ArgumentError",
        "from pulumi_ssm_maintenance.task import FROM_PULUMI_AWS; import pulumi_ssm_maintenance as ssm; ssm.Provider",
        "import pulumi_ssm_maintenance as ssm; ssm.args.TargetArgs; ssm.provider.Provider; ssm.task.FROM_PULUMI_AWS",
    ],
)
def test_every_way_to_import_a_name_works_first(program):
    assert "pulumi" in packages_loaded_by(program)


def test_a_name_that_does_not_exist_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'pulumi_ssm_maintenance' has no attribute 'MaintenanceWindow'"):
        pulumi_ssm_maintenance.MaintenanceWindow  # noqa: B018 - the access is what fails


def test_a_plan_loads_nothing_that_talks_to_aws():
    program = f"""
import sys
from pulumi_ssm_maintenance import TaskProvider
checked = TaskProvider().check({{}}, {INPUTS!r})
assert not checked.failures
assert not TaskProvider().diff("id", checked.inputs, checked.inputs).changes
print(*sys.modules)
"""
    environment = {**os.environ, "AWS_REGION": "eu-west-1"}
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    loaded = set(run.stdout.split())
    assert "botocore" in loaded  # whose model it is
    assert loaded.isdisjoint({"boto3", "botocore.model", "botocore.session", "urllib3"})


class TestCheck:
    def test_a_task_without_a_mistake_is_taken(self):
        result = configured().check({}, INPUTS)
        assert (result.inputs, result.failures) == (INPUTS, [])

    def test_each_mistake_is_a_failure_without_a_property(self):
        result = configured().check({}, {**INPUTS, "priority": "5", "max_errors": "0"})
        assert [failure.property for failure in result.failures] == ["", ""]
        assert reasons(result) == [
            "priority: expected a whole number, got '5'; write 5",
            "max_errors: is not allowed for a task without targets; leave it out",
        ]

    def test_a_value_that_is_not_known_yet_stays_unknown(self):
        result = configured().check({}, {**INPUTS, "name": Unknown(), "window_id": Unknown()})
        assert result.failures == []
        assert isinstance(result.inputs["name"], Unknown)
        assert isinstance(result.inputs["window_id"], Unknown)

    def test_what_is_sensitive_is_marked_secret(self):
        inputs = configured().check({}, {**INPUTS, **PAYLOAD, "task_parameters": {"a": {"values": ["b"]}}}).inputs
        assert inputs["task_invocation_parameters"] == {"lambda_": {"payload": secret('{"a": 1}')}}
        assert inputs["task_parameters"] == {"a": {"values": secret(["b"])}}

    def test_what_the_user_made_secret_is_marked_secret(self):
        chosen = {BOOKKEEPING: {"name": "patch", "secrets": ["alarm_configuration.alarms[0].name", "name"]}}
        alarm = {"alarm_configuration": {"alarms": [{"name": "too-hot"}]}, "name": "nightly"}
        inputs = configured().check({}, {**INPUTS, **alarm, **chosen}).inputs
        assert inputs["alarm_configuration"] == {"alarms": [{"name": secret("too-hot")}]}
        assert inputs["name"] == secret("nightly")

    def test_the_region_is_filled_in(self, monkeypatch):
        news = {**INPUTS, "region": None}
        assert configured(region="eu-west-2").check({}, news).inputs["region"] == "eu-west-2"
        monkeypatch.setenv("AWS_REGION", "eu-west-3")
        assert configured().check({}, news).inputs["region"] == "eu-west-3"

    def test_the_region_of_a_profile_is_filled_in(self, monkeypatch, tmp_path):
        (tmp_path / "config").write_text("[profile work]\nregion = eu-central-1\n")
        monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
        news = {**INPUTS, "region": None}
        assert configured(profile="work").check({}, news).inputs["region"] == "eu-central-1"
        monkeypatch.setenv("AWS_PROFILE", "work")
        assert configured().check({}, news).inputs["region"] == "eu-central-1"

    def test_a_missing_profile_is_a_failure(self):
        (reason,) = reasons(configured(profile="nobody").check({}, {**INPUTS, "region": None}))
        assert "nobody" in reason

    def test_a_warning_names_the_task_and_is_given_once(self, warnings):
        news = {**INPUTS, "logging_info": {"s3_bucket_name": "logs", "s3_region": "eu-west-1"}}
        provider = configured()
        provider.check({}, news)
        provider.check({}, news)
        (warning,) = warnings
        assert warning.startswith("maintenance window task 'patch': logging_info: is deprecated by AWS")

    def test_a_refused_task_has_no_warnings(self, warnings):
        configured().check({}, {**INPUTS, "logging_info": {"s3_bucket_name": "logs"}})
        assert warnings == []

    def test_the_answer_is_the_hosts_to_write_into(self):
        news = {**INPUTS, "targets": [{"key": "InstanceIds", "values": ["i-01234567"]}], "max_errors": "1"}
        news["max_concurrency"] = "1"
        result = configured().check({}, news)
        result.inputs["targets"][0]["values"].append("x")
        result.inputs[BOOKKEEPING]["name"] = "x"
        assert news["targets"][0]["values"] == ["i-01234567"]
        assert news[BOOKKEEPING]["name"] == "patch"


class TestDiff:
    def diff(self, **changes):
        return configured().diff("id", {**INPUTS, "window_task_id": "id"}, {**INPUTS, **changes})

    def test_nothing_changed(self):
        result = self.diff()
        assert (result.changes, result.replaces) == (False, [])

    def test_a_change_in_place(self):
        result = self.diff(name="weekly")
        assert (result.changes, result.replaces) == (True, [])

    @pytest.mark.parametrize("name", ["window_id", "task_type", "region"])
    def test_a_change_that_replaces_deletes_first(self, name):
        result = self.diff(**{name: "other"})
        assert (result.changes, result.replaces) == (True, [name])
        assert result.delete_before_replace is True

    def test_a_value_that_is_not_known_yet(self):
        assert self.diff(name=Unknown()).changes is True
        assert self.diff(window_id=Unknown()).replaces == ["window_id"]


class TestTheLifeCycle:
    def test_create_marks_secrets_in_outputs(self, aws):
        result = configured().create({**INPUTS, **PAYLOAD})
        assert result.id == aws.alive[0] == result.outs["window_task_id"]
        assert result.outs["task_invocation_parameters"] == {"lambda_": {"payload": secret('{"a": 1}')}}

    def test_read_marks_what_drift_brings_secret_in_outputs_and_inputs(self, aws):
        made = configured().create(INPUTS)
        aws.change(made.id, TaskInvocationParameters={"Lambda": {"Payload": b'{"a": 1}'}})
        found = configured().read(made.id, made.outs)
        marked = {"lambda_": {"payload": secret('{"a": 1}')}}
        assert found.id == made.id
        assert found.outs["task_invocation_parameters"] == found.inputs["task_invocation_parameters"] == marked

    def test_read_of_a_task_that_is_gone(self, aws):
        made = configured().create(INPUTS)
        aws.remove(made.id)
        found = configured().read(made.id, made.outs)
        assert (found.id, found.outs) == ("", {})

    def test_update_gives_every_output(self, aws):
        made = configured().create(INPUTS)
        assert configured().update(made.id, made.outs, {**INPUTS, "name": "weekly"}).outs == {
            **made.outs,
            "name": "weekly",
        }

    def test_delete(self, aws):
        made = configured().create(INPUTS)
        configured().delete(made.id, made.outs)
        assert aws.alive == []

    def test_a_warning_of_create_is_given(self, aws, warnings):
        aws.fail("get", denied("read"))
        aws.fail("update", denied("update"))
        configured().create(INPUTS)
        (warning,) = warnings
        assert warning.startswith("maintenance window task 'patch': was registered, but could not be read back")

    @pytest.mark.parametrize("call", ["read", "update"])
    def test_a_warning_of_read_and_update_is_given(self, aws, warnings, call):
        made = configured().create(INPUTS)
        warnings.clear()
        aws.caller = None
        del made.outs["arn"]
        aws.change(made.id, ServiceRoleArn="")
        if call == "read":
            configured().read(made.id, made.outs)
        else:
            configured().update(made.id, made.outs, {**INPUTS, "service_role_arn": "x"})
        assert warnings == ["maintenance window task 'patch': has no arn, since STS did not name the account"]


class TestATaskOfTwoResources:
    ADOPT: ClassVar = {"adopt": f"{INPUTS['window_id']}/4f7ca192-7e9a-40fe-9192-5cb15efc1a3b"}

    def other(self, **more):
        return {**INPUTS, **more, "idempotency_key": "other", BOOKKEEPING: {"name": "other", "secrets": []}}

    def test_that_both_adopt_it_is_refused_by_check(self):
        assert reasons(configured().check({}, {**INPUTS, **self.ADOPT})) == []
        assert reasons(configured().check({}, {**INPUTS, **self.ADOPT})) == []
        assert reasons(configured().check({}, self.other(**self.ADOPT))) == [
            "adopt: names the task of 'patch': a task belongs to one resource only"
        ]

    def test_that_one_has_and_one_adopts_is_refused_by_check(self):
        configured().diff("4f7ca192-7e9a-40fe-9192-5cb15efc1a3b", INPUTS, INPUTS)
        assert reasons(configured().check({}, self.other(**self.ADOPT))) == [
            "adopt: names the task of 'patch': a task belongs to one resource only"
        ]

    def test_that_one_names_in_vain_stays_the_others(self, aws, warnings):
        made = configured().create(self.other())
        configured().diff("another", INPUTS, INPUTS)
        adopting = {**INPUTS, "adopt": f"{INPUTS['window_id']}/{made.id}"}
        assert reasons(configured().check(INPUTS, adopting)) == [
            "adopt: names the task of 'other': a task belongs to one resource only"
        ]
        configured().delete(made.id, made.outs)
        assert aws.alive == []

    def test_that_an_existing_resource_names_in_vain_is_deregistered_with_its_own(self, aws):
        made = configured().create(self.other())
        task_provider.claims.__init__()  # the next run
        adopting = {**INPUTS, "adopt": f"{INPUTS['window_id']}/{made.id}"}
        assert reasons(configured().check(INPUTS, adopting)) == []
        configured().diff("another", INPUTS, adopting)
        configured().delete(made.id, made.outs)
        assert aws.alive == []

    def test_that_a_task_of_another_window_names_is_deregistered_with_its_own(self, aws):
        made = configured().create(self.other())
        task_provider.claims.__init__()  # the next run
        elsewhere = {**INPUTS, "window_id": "mw-fedcba98765432100", "adopt": f"{INPUTS['window_id']}/{made.id}"}
        assert reasons(configured().check({}, elsewhere)) == []
        configured().delete(made.id, made.outs)
        assert aws.alive == []

    @pytest.mark.parametrize("first", ["this", "other"])
    def test_that_both_have_outlives_the_one_that_is_replaced(self, aws, first):
        made = configured().create(INPUTS)
        task_provider.claims.__init__()  # the next run
        this, other = made.outs, {**self.other(), "window_task_id": made.id}
        for state in (this, other) if first == "this" else (other, this):
            configured().diff(made.id, state, state)
        configured().delete(made.id, this)
        assert aws.alive == [made.id]
        configured().delete(made.id, other)
        assert aws.alive == []

    def test_that_went_with_the_other_resource_is_a_warning(self, aws, warnings):
        made = configured().create(INPUTS)
        configured().delete(made.id, made.outs)
        configured().diff(made.id, self.other(), self.other())
        (warning,) = warnings
        assert f"{made.id} was deregistered in this run, with another resource that had it" in warning
        assert "run `pulumi refresh`, then `pulumi up`" in warning

    def test_that_both_have_is_a_warning(self, warnings):
        configured().diff("id", INPUTS, INPUTS)
        configured().diff("id", self.other(), self.other())
        (warning,) = warnings
        assert warning == (
            "maintenance window task 'other': mw-0123456789abcdef0/id is the task of 'patch' too; give one of them an"
            " idempotency_key of its own"
        )


CALLS = {
    "create": lambda provider: provider.create(INPUTS),
    "read": lambda provider: provider.read("id", INPUTS),
    "update": lambda provider: provider.update("id", INPUTS, INPUTS),
    "delete": lambda provider: provider.delete("id", INPUTS),
}


class TestSettingsThatAreNotUsable:
    PROBLEM = "the provider's configuration is not usable: aws:region: got 'Ireland'"

    @pytest.mark.parametrize("region", [None, "eu-west-1"])
    def test_are_a_failure_of_check(self, region):
        (reason,) = reasons(configured(region="Ireland").check({}, {**INPUTS, "region": region}))
        assert reason.startswith(self.PROBLEM)

    @pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
    def test_are_an_error_of_every_call(self, aws, call):
        with pytest.raises(SettingsError, match=self.PROBLEM):
            call(configured(region="Ireland"))
        assert aws.calls == []

    def test_are_forgotten_when_they_are_corrected(self):
        configured(region="Ireland")
        assert configured(region="eu-west-1").check({}, INPUTS).failures == []


class TestErrors:
    def test_come_out_bare_of_what_led_to_them(self, aws):
        aws.fail("register", denied("create"))
        with pytest.raises(AccessDeniedError) as caught:
            configured().create(INPUTS)
        error = caught.value
        assert error.__suppress_context__
        assert error.__cause__ is None
        frames = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
        assert frames[1:] == ["wrapper"]

    def test_show_no_window_that_the_user_made_secret(self, aws, warnings):
        secret_window = {**INPUTS, BOOKKEEPING: {"name": "patch", "secrets": ["window_id"]}}
        made = configured().create(INPUTS)
        aws.remove(made.id)
        for call in (
            lambda: configured().update(made.id, made.outs, secret_window),
            lambda: configured().create({**secret_window, "adopt": f"{INPUTS['window_id']}/{made.id}"}),
        ):
            with pytest.raises(SsmMaintenanceError) as caught:
                call()
            assert INPUTS["window_id"] not in str(caught.value)
            assert "[secret]" in str(caught.value)

    def test_end_in_a_line_that_says_everything(self, aws):
        made = configured().create(INPUTS)
        aws.remove(made.id)
        aws.caller = OTHER_ACCOUNT
        with pytest.raises(WrongAccountError) as caught:
            configured().delete(made.id, made.outs)
        last = traceback.format_exception(caught.value)[-1]
        assert "is in account 111122223333, and the credentials belong to account 444455556666" in last
