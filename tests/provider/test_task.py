"""The resource as a program sees it, under Pulumi's mocks: what is sent to the engine, and what comes back."""

import gc
import json
import re
import warnings
from collections import deque
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial
from pathlib import Path

import pulumi
import pytest
from pulumi.runtime import rpc
from tests.provider.mock_program import PROJECT, STACK, secret

from pulumi_ssm_maintenance import MaintenanceWindowTask, MaintenanceWindowTaskArgs, Provider, TargetArgs, outputs
from pulumi_ssm_maintenance._declared import sendable
from pulumi_ssm_maintenance.core.codec import UNKNOWN
from pulumi_ssm_maintenance.core.fingerprint import fingerprint
from pulumi_ssm_maintenance.core.identity import idempotency_key
from pulumi_ssm_maintenance.errors import ArgumentError
from pulumi_ssm_maintenance.lifecycle.plan import check
from pulumi_ssm_maintenance.lifecycle.properties import BOOKKEEPING, Inputs

GOLDEN = json.loads((Path(__file__).parents[1] / "golden/wire_formats.json").read_text())
MINIMAL = {"window_id": "mw-0123456789abcdef0", "task_type": "RUN_COMMAND", "task_arn": "AWS-RunShellScript"}
STRUCTURED = {
    "targets": [{"key": "InstanceIds", "values": ["i-01234567"]}],
    "priority": 1,
    "task_invocation_parameters": {
        "run_command": {
            "parameters": {"commands": ["uptime"]},
            "timeout_seconds": 600,
            "cloud_watch_output_config": {"cloud_watch_output_enabled": True},
        }
    },
    "alarm_configuration": {"alarms": [{"name": "too-hot"}]},
    "task_parameters": {"old": {"values": ["a"]}},
}


def stack_urn(run):
    return run.request("task").parent


def test_the_type_is_as_ever(run):
    run(lambda: MaintenanceWindowTask("task", **MINIMAL))
    assert run.request("task").type == GOLDEN["type_token"]


def test_the_outputs_have_their_names_as_ever():
    assert sorted(MaintenanceWindowTask.__annotations__) == GOLDEN["outputs"]


def test_a_task_is_deleted_before_it_is_replaced(run):
    run(lambda: MaintenanceWindowTask("task", **MINIMAL))
    assert run.request("task").deleteBeforeReplace is True


def test_no_option_of_the_user_changes_that_and_the_others_stay(run):
    opts = pulumi.ResourceOptions(delete_before_replace=False, protect=True)
    run(lambda: MaintenanceWindowTask("task", **MINIMAL, opts=opts))
    assert run.request("task").deleteBeforeReplace is True
    assert run.request("task").protect is True


def test_the_arguments_are_sent_under_their_names(run):
    run(lambda: MaintenanceWindowTask("task", **MINIMAL, **STRUCTURED))
    inputs = run.inputs("task")
    pickled = inputs.pop("__provider")
    assert pickled in GOLDEN["pickled_provider"].values()
    assert inputs == {
        **MINIMAL,
        **STRUCTURED,
        "idempotency_key": idempotency_key(PROJECT, STACK, stack_urn(run), "task"),
        BOOKKEEPING: {"name": "task", "secrets": [], "fingerprint": fingerprint({**MINIMAL, **STRUCTURED})},
    }


def test_typed_dicts_are_the_same_as_literals(run):
    target = TargetArgs(key="InstanceIds", values=["i-01234567"])
    args = MaintenanceWindowTaskArgs(**MINIMAL, targets=[target])
    run(lambda: MaintenanceWindowTask("task", **args))
    assert run.inputs("task")["targets"] == STRUCTURED["targets"]


def test_outputs_are_typed(run):
    def program():
        task = MaintenanceWindowTask("task", **MINIMAL, **STRUCTURED)
        return (
            task.priority,
            task.targets,
            task.task_invocation_parameters,
            task.alarm_configuration,
            task.task_parameters,
        )

    priority, targets, parameters, alarms, old = run(program)
    assert (priority, type(priority)) == (1, int)
    assert isinstance(targets[0], outputs.Target)
    assert (targets[0].key, targets[0].values) == ("InstanceIds", ["i-01234567"])
    command = parameters.run_command
    assert isinstance(command, outputs.RunCommand)
    assert (command.timeout_seconds, type(command.timeout_seconds)) == (600, int)
    assert command.cloud_watch_output_config.cloud_watch_output_enabled is True
    assert command["parameters"]["commands"] == ["uptime"]
    assert parameters.lambda_ is None
    assert alarms.alarms[0].name == "too-hot"
    assert alarms.ignore_poll_alarm_failure is None
    assert old["old"].values == ["a"]


def test_parts_of_an_output_are_outputs(run):
    def program():
        task = MaintenanceWindowTask("task", **MINIMAL, **STRUCTURED)
        return task.targets[0].key, task.task_invocation_parameters.run_command.timeout_seconds

    assert run(program) == ["InstanceIds", 600]


@pytest.mark.parametrize("name", GOLDEN["outputs"])
def test_every_output_can_be_read_when_nothing_was_given(run, name):
    (value,) = run(lambda: (getattr(MaintenanceWindowTask("task", **MINIMAL), name),))
    given = {**MINIMAL, "idempotency_key": idempotency_key(PROJECT, STACK, stack_urn(run), "task")}
    assert value == given.get(name)


def test_what_the_user_made_secret_is_remembered_by_its_path(run):
    def program():
        name = pulumi.Output.secret("nightly")
        commands = pulumi.Output.from_input({"commands": ["ls", pulumi.Output.secret("hunter2")]})
        block = {"run_command": {"comment": pulumi.Output.from_input("open"), "parameters": commands}}
        alarm = pulumi.Output.secret({"alarms": [{"name": pulumi.Output.secret("too-hot")}]})
        MaintenanceWindowTask("task", **MINIMAL, name=name, task_invocation_parameters=block, alarm_configuration=alarm)

    run(program)
    inputs = run.inputs("task")
    assert inputs[BOOKKEEPING]["secrets"] == [
        "alarm_configuration",
        "name",
        "task_invocation_parameters.run_command.parameters",
    ]
    assert inputs["name"] == secret("nightly")
    assert inputs["alarm_configuration"] == secret({"alarms": [{"name": "too-hot"}]})


def test_a_secret_inside_a_list_makes_the_whole_list_secret(run):
    def program():
        target = {"key": "InstanceIds", "values": ["i-01234567", pulumi.Output.secret("i-76543210")]}
        MaintenanceWindowTask("task", **MINIMAL, targets=[target])

    run(program)
    assert run.inputs("task")[BOOKKEEPING]["secrets"] == ["targets"]


def test_a_value_that_comes_later_is_awaited_once(run):
    async def later():
        return "nightly"

    run(lambda: MaintenanceWindowTask("task", **MINIMAL, name=later()))
    assert run.inputs("task")["name"] == "nightly"


def test_a_mistyped_argument_is_left_for_check_to_refuse(run):
    run(lambda: MaintenanceWindowTask("task", **MINIMAL, maxErrors="1"))
    assert run.inputs("task")["maxErrors"] == "1"


class TestTheIdempotencyKey:
    def keys(self, run, program):
        run(program)
        return {name: run.inputs(name).get("idempotency_key") for name in run.names() if "task" in name}

    def test_differs_by_name(self, run):
        keys = self.keys(run, lambda: [MaintenanceWindowTask(f"task-{n}", **MINIMAL) for n in range(2)])
        assert len(set(keys.values())) == 2

    def test_differs_by_parent(self, run):
        def program():
            for name in ("one", "two"):
                parent = pulumi.ComponentResource("my:component:Part", name)
                MaintenanceWindowTask(f"{name}-task", **MINIMAL, opts=pulumi.ResourceOptions(parent=parent))

        assert self.keys(run, program) == {
            f"{name}-task": idempotency_key(PROJECT, STACK, run.request(f"{name}-task").parent, f"{name}-task")
            for name in ("one", "two")
        }
        assert run.request("one-task").parent.endswith("my:component:Part::one")

    def test_is_the_users_where_the_user_gives_one(self, run):
        keys = self.keys(run, lambda: MaintenanceWindowTask("task", **MINIMAL, idempotency_key="mine"))
        assert keys == {"task": "mine"}


class TestGet:
    ID = "mw-0123456789abcdef0/4f7ca192-7e9a-40fe-9192-5cb15efc1a3b"

    def test_reads_the_task_of_that_id(self, run):
        run(lambda: MaintenanceWindowTask.get("task", id=self.ID, region="eu-west-1"))
        request = run.request("task")
        assert (request.id, request.type) == (self.ID, GOLDEN["type_token"])
        inputs = run.inputs("task")
        inputs.pop("__provider")
        assert inputs == {"region": "eu-west-1", BOOKKEEPING: {"name": "task", "lookup": ["region"]}}

    def test_gives_typed_outputs(self, run):
        def program():
            found = MaintenanceWindowTask.get("task", self.ID, "eu-west-1")
            return found.region, found.targets

        assert run(program) == ["eu-west-1", None]

    def test_takes_options(self, run):
        def program():
            parent = pulumi.ComponentResource("my:component:Part", "part")
            MaintenanceWindowTask.get("task", id=self.ID, opts=pulumi.ResourceOptions(parent=parent))

        run(program)
        assert run.request("task").parent.endswith("my:component:Part::part")


class TestAttributes:
    def test_that_were_not_given_are_known_to_be_none_in_a_preview(self, run_preview):
        def program():
            task = MaintenanceWindowTask("task", **MINIMAL, max_errors=None)
            return (pulumi.Output.from_input(seen(task.priority, task.targets, task.max_errors, task.adopt)),)

        async def seen(*attributes):
            return [(await one.is_known(), await one.future()) for one in attributes]

        assert run_preview(program) == [[(True, None)] * 4]

    def test_that_were_not_given_depend_on_the_task(self, run):
        async def dependencies():
            task = MaintenanceWindowTask("task", **MINIMAL)
            assert await task.priority.resources() == {task}

        run(lambda: (pulumi.Output.from_input(dependencies()),))

    def test_that_ignore_changes_names_are_what_the_state_says(self, run):
        def program():
            opts = pulumi.ResourceOptions(ignore_changes=["priority", "targets[0].values"])
            task = MaintenanceWindowTask("task", **MINIMAL, opts=opts)
            assert {"priority", "targets"} <= vars(task).keys()
            assert "name" not in vars(task)
            everything = MaintenanceWindowTask("all", **MINIMAL, opts=pulumi.ResourceOptions(ignore_changes=["*"]))
            assert set(GOLDEN["outputs"]) <= vars(everything).keys()

        run(program)

    def test_that_do_not_exist_are_attribute_errors(self, run):
        def program():
            task = MaintenanceWindowTask("task", **MINIMAL)
            with pytest.raises(AttributeError, match="'MaintenanceWindowTask' object has no attribute 'prioritty'"):
                _ = task.prioritty
            assert not hasattr(task, "tags")

        run(program)

    def test_the_full_id_is_what_get_and_adopt_take(self, run):
        def program():
            found = MaintenanceWindowTask.get("task", id=TestGet.ID)
            found.__dict__["window_id"], found.__dict__["window_task_id"] = map(pulumi.Output.from_input, ("mw", "id"))
            return (found.full_id,)

        assert run(program) == ["mw/id"]


class TestOptionsThatPulumiWouldNotHonour:
    def test_import_is_refused_with_what_to_write(self, run):
        def program():
            with pytest.raises(
                ArgumentError, match=r"import_ does not work .* write adopt=\"<window_id>/<window_task_id>"
            ):
                MaintenanceWindowTask("task", **MINIMAL, opts=pulumi.ResourceOptions(import_="x"))

        run(program)

    def test_an_id_is_refused_with_what_reads_or_manages_a_task(self, run):
        def program():
            with pytest.raises(pulumi.RunError, match=r"id makes Pulumi read .* MaintenanceWindowTask\.get.* adopt="):
                MaintenanceWindowTask("task", **MINIMAL, opts=pulumi.ResourceOptions(id=TestGet.ID))

        run(program)
        assert "task" not in run.names()

    @pytest.mark.parametrize("lookup", [False, True])
    def test_timeouts_are_refused_with_what_limits_a_call(self, run, lookup):
        opts = pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create="5m"))
        get = partial(MaintenanceWindowTask.get, id=TestGet.ID)
        declare = get if lookup else partial(MaintenanceWindowTask, **MINIMAL)

        def program():
            with pytest.raises(pulumi.RunError, match=r"custom_timeouts has no effect .* aws:maxRetries"):
                declare("task", opts=opts)

        run(program)
        assert "task" not in run.names()

    @pytest.mark.parametrize("given", ["provider", "providers", "parent", "mapping"])
    @pytest.mark.parametrize("lookup", [False, True])
    def test_an_aws_provider_alone_is_refused(self, run, given, lookup):
        def program():
            aws = pulumi.ProviderResource("aws", "europe", {"region": "eu-west-1"})
            opts = {
                "provider": lambda: pulumi.ResourceOptions(provider=aws),
                "providers": lambda: pulumi.ResourceOptions(providers=[aws]),
                "mapping": lambda: pulumi.ResourceOptions(providers={"aws": aws}),
                "parent": lambda: pulumi.ResourceOptions(
                    parent=pulumi.ComponentResource("a:b:C", "c", opts=pulumi.ResourceOptions(providers=[aws]))
                ),
            }[given]()
            get = partial(MaintenanceWindowTask.get, id=TestGet.ID)
            declare = get if lookup else partial(MaintenanceWindowTask, **MINIMAL)
            with pytest.raises(pulumi.RunError, match=r"give it a pulumi_ssm_maintenance\.Provider with the same"):
                declare("task", opts=opts)

        run(program)
        assert "task" not in run.names()

    def test_an_aws_provider_beside_one_for_tasks_is_taken(self, run):
        def program():
            aws = pulumi.ProviderResource("aws", "europe", {"region": "eu-west-1"})
            own = Provider("own", region="eu-west-1")
            parent = pulumi.ComponentResource("a:b:C", "c", opts=pulumi.ResourceOptions(providers=[aws, own]))
            MaintenanceWindowTask("inherits", **MINIMAL, opts=pulumi.ResourceOptions(parent=parent))
            MaintenanceWindowTask("has-both", **MINIMAL, opts=pulumi.ResourceOptions(providers=[aws, own]))
            of_aws = pulumi.ComponentResource("a:b:C", "d", opts=pulumi.ResourceOptions(providers=[aws]))
            MaintenanceWindowTask("has-own", **MINIMAL, opts=pulumi.ResourceOptions(parent=of_aws, provider=own))

        run(program)
        assert all("::own::" in run.request(name).provider for name in ("inherits", "has-both", "has-own"))

    @pytest.mark.parametrize("inherited", [False, True])
    def test_a_provider_under_a_key_that_pulumi_does_not_look_up_is_refused(self, run, inherited):
        def program():
            own = Provider("own", region="eu-west-1")
            opts = pulumi.ResourceOptions(providers={"pulumi_ssm_maintenance": own})
            if inherited:
                opts = pulumi.ResourceOptions(parent=pulumi.ComponentResource("a:b:C", "c", opts=opts))
            with pytest.raises(pulumi.RunError, match=r"'pulumi_ssm_maintenance' for a .* write 'pulumi-python' as"):
                MaintenanceWindowTask("task", **MINIMAL, opts=opts)
            right = pulumi.ResourceOptions(providers={"pulumi-python": own})
            MaintenanceWindowTask("right", **MINIMAL, opts=right)

        run(program)
        assert "::own::" in run.request("right").provider
        assert "task" not in run.names()

    def test_replace_on_changes_reaches_the_provider(self, run):
        opts = pulumi.ResourceOptions(replace_on_changes=["priority"])
        run(lambda: MaintenanceWindowTask("task", **MINIMAL, opts=opts))
        assert run.inputs("task")[BOOKKEEPING]["replace_on_changes"] == ["priority"]

    def test_additional_secret_outputs_are_secret_inputs_too(self, run):
        opts = pulumi.ResourceOptions(additional_secret_outputs=["name", "arn"])
        run(lambda: MaintenanceWindowTask("task", **MINIMAL, opts=opts))
        assert run.inputs("task")[BOOKKEEPING]["secrets"] == ["name"]


class TestTransforms:
    @pytest.mark.parametrize("option", ["transforms", "transformations"])
    def test_may_make_a_value_secret_without_changing_it_so_no_value_is_shown(self, run, option):
        opts = pulumi.ResourceOptions(**{option: [lambda _: None]})
        run(lambda: MaintenanceWindowTask("task", **MINIMAL, opts=opts))
        inputs = run.inputs("task")
        assert inputs[BOOKKEEPING]["fingerprint"] == ""
        assert set(Inputs(inputs).without_fingerprint().hidden) == inputs.keys() - {BOOKKEEPING, "__provider"}


class TestInputTypes:
    @pulumi.input_type
    class AlarmArgs:
        def __init__(self, *, alarm_name):
            pulumi.set(self, "alarm_name", alarm_name)

    def test_are_sent_as_the_mappings_that_they_stand_for(self, run):
        alarms = [self.AlarmArgs(alarm_name="too-hot")]
        run(lambda: MaintenanceWindowTask("task", **MINIMAL, alarm_configuration={"alarms": alarms}))
        assert run.inputs("task")["alarm_configuration"] == {"alarms": [{"alarm_name": "too-hot"}]}

    def test_keep_their_secrets(self, run):
        def program():
            one = self.AlarmArgs(alarm_name=pulumi.Output.secret("hot"))
            MaintenanceWindowTask("one", **MINIMAL, alarm_configuration={"alarms": [one]})
            MaintenanceWindowTask("two", **MINIMAL, alarm_configuration=pulumi.Output.from_input({"alarms": [one]}))

        run(program)
        assert run.inputs("one")[BOOKKEEPING]["secrets"] == ["alarm_configuration.alarms"]
        assert run.inputs("two")[BOOKKEEPING]["secrets"] == ["alarm_configuration"]


def test_a_subclass_is_refused_with_what_to_do_instead():
    message = re.escape(
        "Patch: MaintenanceWindowTask cannot be subclassed, since the state identifies it by its type; wrap it in a"
        " pulumi.ComponentResource instead"
    )
    with pytest.raises(TypeError, match=message):

        class Patch(MaintenanceWindowTask):
            pass


def test_arguments_are_given_by_name():
    with pytest.raises(TypeError):
        MaintenanceWindowTask("task", MINIMAL)


def test_a_program_that_fails_leaves_no_coroutine_behind(run):
    def program():
        failing = pulumi.Output.from_input("x").apply(lambda _: 1 // 0)
        MaintenanceWindowTask("task", **MINIMAL | {"description": failing})

    with warnings.catch_warnings(record=True) as printed:
        warnings.simplefilter("always")
        with pytest.raises(ZeroDivisionError):
            run(program)
        gc.collect()
    assert [it for it in printed if "never awaited" in str(it.message)] == []


class TestWhatPulumiCannotSend:
    """Pulumi ends in a traceback that names no argument, so the check gets a reason for each of them."""

    @dataclass
    class Data:
        value: str = "x"

    def problems(self, run, **arguments):
        run(lambda: MaintenanceWindowTask("task", **{**MINIMAL, **arguments}))
        return dict(run.inputs("task")[BOOKKEEPING]["unsendable"])

    @pytest.mark.parametrize(
        ("value", "reason"),
        [
            ({"web"}, "got a set, allowed is text, a number"),
            (b"web", "got a bytes, allowed is text"),
            (Path("web"), "got a PosixPath, allowed is text"),
            (date(2030, 1, 1), "got a date, allowed is text"),
            (Data(), "got a Data, allowed is text"),
            (iter(["web"]), "got a list_iterator, allowed is text"),
            (float("nan"), "got a number that cannot be sent"),
            (float("inf"), "got a number that cannot be sent"),
            (10**400, "got a number that cannot be sent"),
            ("\ud800", "got a string that cannot be sent as UTF-8"),
            ({5: "web"}, "got a mapping with a key that is no text"),
        ],
    )
    def test_is_reported_by_its_path(self, run, value, reason):
        found = self.problems(run, description=value, targets=[{"key": "InstanceIds", "values": value}])
        assert found.keys() == {"description", "targets[0].values"}
        assert all(text.startswith(reason) for text in found.values()), found

    def test_a_resource_is_reported_with_what_to_write(self, run):
        window = pulumi.ComponentResource("my:component:Window", "window")
        (reason,) = self.problems(run, window_id=window).values()
        assert reason == "got a ComponentResource, which is a resource; write one of its outputs, such as its id or arn"

    def test_a_list_in_itself_is_reported(self, run):
        value = []
        value.append(value)
        found = {}
        run(lambda: found.update(sendable({"targets": value})[1]))
        (reason,) = found.values()
        assert reason == "is nested more than 20 levels deep"

    def test_check_reports_it_together_with_the_other_mistakes(self, run):
        task = {**MINIMAL, "task_type": "LAMBDA", "task_arn": "report"}
        run(lambda: MaintenanceWindowTask("task", **task, description={"web"}, priority=-1, prioriti=None))
        inputs = {name: UNKNOWN if value == rpc.UNKNOWN else value for name, value in run.inputs("task").items()}
        failures = check({**inputs, "region": "eu-west-1"}, lambda: None).failures
        assert sorted(failure.path for failure in failures) == ["description", "prioriti", "priority"]

    def test_enums_and_other_sequences_are_sent_as_what_they_hold(self, run):
        class Kind(StrEnum):
            LAMBDA = "LAMBDA"

        values = deque(["e32eecb2-646c-4f4b-8ed1-205fbfd3ad35"])
        targets = [{"key": "WindowTargetIds", "values": values}]
        run(lambda: MaintenanceWindowTask("task", **MINIMAL | {"task_type": Kind.LAMBDA}, targets=targets))
        assert run.inputs("task")["task_type"] == "LAMBDA"
        assert run.inputs("task")["targets"] == [{"key": "WindowTargetIds", "values": [*values]}]


@pytest.mark.parametrize(
    ("call", "lines"),
    [
        (
            lambda: MaintenanceWindowTask("task", MINIMAL),
            ["MaintenanceWindowTask: got 2 arguments without a name, allowed: only resource_name; write the others"],
        ),
        (lambda: MaintenanceWindowTask(**MINIMAL), ["MaintenanceWindowTask: resource_name is required"]),
        (lambda: MaintenanceWindowTask(5, **MINIMAL), ["MaintenanceWindowTask: name: got a number 5, allowed: text"]),
        (
            lambda: MaintenanceWindowTask("task", **MINIMAL, opts={"parent": None}),
            ["MaintenanceWindowTask 'task': opts: got {'parent': None}, allowed: pulumi.ResourceOptions"],
        ),
        (
            lambda: MaintenanceWindowTask("task", **MINIMAL, opts=pulumi.ResourceOptions(provider="x", parent="y")),
            [
                "MaintenanceWindowTask 'task': opts: parent: got 'y'",
                "MaintenanceWindowTask 'task': opts: provider: got",
            ],
        ),
        (
            lambda: MaintenanceWindowTask.get("task", None, region=5),
            [
                "MaintenanceWindowTask.get 'task': id: got nothing",
                "MaintenanceWindowTask.get 'task': region: got a number",
            ],
        ),
    ],
)
def test_a_call_that_pulumi_would_end_with_a_traceback_is_refused(run, call, lines):
    with pytest.raises(ArgumentError) as refused:
        run(call)
    assert len(refused.value.problems) == len(lines)
    assert all(line.startswith(start) for line, start in zip(refused.value.problems, lines, strict=True))
