"""Names that AWS would refuse: refused while the program runs, with the component and the cure."""

import re
from pathlib import Path

import pulumi
import pytest

from pulumi_ssm_maintenance_components import (
    ArgumentError,
    AutomationRunbook,
    ChangeFreeze,
    LambdaTask,
    PatchingRun,
    PatchWaves,
    RunCommandTask,
    Step,
    StepFunctionTask,
    Targets,
    WindowAlerts,
)
from pulumi_ssm_maintenance_components.foundation.auto_names import _LIMITS, _SUFFIX_LENGTH, AutoNames
from pulumi_ssm_maintenance_components.foundation.names import full_name

WINDOW = "mw-0123456789abcdef0"
ROLE = "arn:aws:iam::123456789012:role/mine"
WEB = Targets.by_patch_group("web")
CODE = Path(__file__).parents[3] / "examples" / "component_lambda_task" / "report"
MACHINE = {"StartAt": "x", "States": {"x": {"Type": "Succeed"}}}
FREEZE = {"name": "christmas", "start": "2090-12-20T00:00", "end": "2091-01-02T00:00"}
RUN = {"window": WINDOW, "targets": WEB, "reboot": "NoReboot"}
LOGS = {"log_group": False, "bucket": True}
TASK = {"window": WINDOW, "targets": WEB}

# A component, and the longest name that it can have: AWS's limit, less 8, less what the child's name has more.
LONGEST = [
    (PatchingRun, RUN, 64 - 8 - len("-notification-role")),
    (PatchingRun, RUN | {"notify": False}, 64 - 8 - len("-task-role")),
    (PatchingRun, RUN | {"notify": False, "task_role": ROLE}, 64 - 8 - len("-timed-out")),
    (PatchingRun, RUN | {"engine": "runbook", "approvers": ["ann"]}, 64 - 8 - len("-approval-assume-role")),
    (
        PatchingRun,
        RUN | {"notify": False, "task_role": ROLE, "alarms": False, "logs": LOGS},
        63 - 8 - len("-logs"),
    ),
    (
        RunCommandTask,
        TASK | {"document": "doc", "task_role": ROLE, "alarms": False, "logs": LOGS},
        63 - 8 - len("-logs"),
    ),
    (LambdaTask, TASK | {"function": "x"}, 64 - 8 - len("-task-role")),
    (LambdaTask, TASK | {"function": "x", "task_role": ROLE, "notify": ["a@example.com"]}, 80 - 8 - len("-alerts")),
    (LambdaTask, TASK | {"function": CODE}, 64 - 8 - len("-function-role")),
    (StepFunctionTask, TASK | {"state_machine": MACHINE}, 64 - 8 - len("-state-machine-role")),
    (AutomationRunbook, TASK | {"steps": [Step.snapshot()]}, 64 - 8 - len("-assume-role")),
    (WindowAlerts, {"windows": [WINDOW]}, 64 - 8 - len("-timed-out")),
    (ChangeFreeze, {"windows": {"w": WINDOW}, "periods": [FREEZE]}, 64 - 8 - len("-role")),
]


@pytest.mark.parametrize(("kind", "args", "longest"), LONGEST)
def test_the_longest_name_is_taken_and_one_more_character_is_refused_with_the_cure(kind, args, longest, registered):
    assert registered(lambda: kind("n" * longest, **args))
    with pytest.raises(ArgumentError) as refused:
        registered(lambda: kind("n" * (longest + 1), **args))
    assert re.search("name: too long by 1: (AWS|the aws provider) allows", str(refused.value))
    assert str(refused.value).startswith(f"{kind.__name__} ")


def test_the_text_names_the_place_the_child_the_excess_and_the_cure(registered):
    with pytest.raises(ArgumentError) as refused:
        registered(lambda: WindowAlerts("n" * 50, windows=[WINDOW], events=["timed-out"]))
    assert str(refused.value) == (
        f"WindowAlerts '{'n' * 50}': name: too long by 4: AWS allows 64 characters in the name of a rule, and the"
        f" provider makes 68 of '{'n' * 50}-timed-out'; allowed: at most 46 characters"
    )


@pytest.mark.parametrize("name", ["web servers", "web/servers", "größe", "web.example"])
def test_a_name_with_a_character_that_aws_refuses_is_refused(name, registered):
    with pytest.raises(ArgumentError, match=f"PatchingRun '{name}': name: got '{name}', allowed: letters, digits"):
        registered(lambda: PatchingRun(name, **RUN))


@pytest.mark.parametrize("name", ["aws-restart", "amazon", "amzn-nodes", "AWSSupport-nodes"])
def test_a_name_that_would_give_a_document_a_name_of_aws_is_refused(name, registered):
    with pytest.raises(ArgumentError, match=f"^AutomationRunbook '{name}': name: got '{name}', allowed: a name that"):
        registered(lambda: AutomationRunbook(name, **TASK, steps=[Step.snapshot()]))
    assert registered(lambda: LambdaTask(name, **TASK, function="x")), "it makes no document"


@pytest.mark.parametrize("kind", _LIMITS)
def test_each_kind_takes_as_many_characters_as_aws_does(kind):
    longest = _LIMITS[kind].longest - _SUFFIX_LENGTH
    fitting, too_long = (AutoNames("x", "n" * length) for length in (longest, longest + 1))
    assert fitting.add(kind, "n" * longest) == "n" * longest
    fitting.raise_all()
    too_long.add(kind, "n" * (longest + 1))
    with pytest.raises(ArgumentError, match="too long by 1"):
        too_long.raise_all()


def test_a_preview_names_all_that_is_too_long_at_once_and_the_length_that_suits_all(registered):
    name = "n" * 65
    with pytest.raises(ArgumentError) as refused:
        registered(lambda: PatchingRun(name, **RUN | {"logs": LOGS}), preview=True)
    (problem,) = refused.value.problems
    assert problem == (
        f"PatchingRun '{name}': name: too long by 27: AWS allows 64 characters in the name of a role, and the provider"
        f" makes 91 of '{name}-notification-role'; allowed: at most 38 characters, which is short enough for the other"
        " names that are too long too: role '…-task-role', rule '…-timed-out', rule '…-skipped', rule '…-failed',"
        " role '…-events', bucket '…-logs'"
    )
    assert registered(lambda: PatchingRun("n" * 38, **RUN | {"logs": LOGS}), preview=True)


def test_a_preview_blames_the_name_that_the_program_gave_for_the_names_of_parts(registered):
    environment = {
        "name": "dev",
        "schedule": "cron(0 2 * * ? *)",
        "reboot": "NoReboot",
        "targets": {"patch_group": "web"},
    }
    settings = {"engine": "runbook", "approvers": ["ann"], "freeze": [FREEZE]}
    with pytest.raises(ArgumentError) as refused:
        registered(
            lambda: PatchWaves("n" * 60, patching={"environments": [environment]}, environment="dev", run=settings),
            preview=True,
        )
    (problem,) = refused.value.problems
    assert problem.startswith(f"PatchWaves '{'n' * 60}': name: too long by 25: AWS allows 64 characters in the name of")
    assert "allowed: at most 35 characters, which is short enough for" in problem
    assert "role '…-freeze-role'" in problem


def test_a_preview_reports_length_and_characters_of_a_name_and_what_all_parts_allow(registered):
    name = "web_servers " * 6
    with pytest.raises(ArgumentError) as refused:
        registered(lambda: PatchingRun(name, **RUN | {"logs": LOGS}), preview=True)
    length, characters = refused.value.problems
    assert "too long by" in length
    assert characters.startswith(f"PatchingRun {name!r}: name: got {name!r}, allowed: letters, digits and -, which AWS")


def test_an_update_without_a_preview_creates_nothing_under_another_name(registered):
    made = []
    with pytest.raises(ArgumentError, match="name: too long by 4"):
        registered(lambda: made.append(WindowAlerts("n" * 50, windows=[WINDOW], events=["timed-out", "failed"])))
    assert made == []


def test_a_part_that_is_added_to_a_component_later_reports_its_own_name(registered):
    def program():
        run = PatchingRun("web", **RUN)
        WindowAlerts("n" * 50, windows=[run.window_id], opts=pulumi.ResourceOptions(parent=run))

    with pytest.raises(ArgumentError, match=r"WindowAlerts 'n+': name: too long by"):
        registered(program, preview=True)


def test_window_targets_have_readable_names_that_are_made_to_fit(resources):
    name, key = "w" * 64, "k" * 64
    found = resources(
        lambda: PatchingRun("web", **RUN | {"targets": None, "waves": {name: {"targets": {key: WEB}, "reboot": None}}})
    )
    (target,) = found["MaintenanceWindowTarget"].values()
    (task,) = found["MaintenanceWindowTask"].values()
    assert target["name"].startswith(f"shop-dev-web-{name}.kkk")
    assert len(target["name"]) == 128
    assert len(task["name"]) <= 128


def test_names_that_do_not_fit_keep_their_head_and_differ_all_the_same(registered):
    names = []
    registered(lambda: names.extend(full_name("n" * 200 + end) for end in ("a", "b")))
    assert len({*names}) == 2
    assert all(len(name) == 128 for name in names)
