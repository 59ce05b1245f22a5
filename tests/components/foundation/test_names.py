"""Names that AWS would refuse: refused while the program runs, with the component and the cure."""

from pathlib import Path

import pytest

from pulumi_ssm_maintenance_components import (
    ArgumentError,
    AutomationRunbook,
    ChangeFreeze,
    LambdaTask,
    PatchingRun,
    RunCommandTask,
    Step,
    StepFunctionTask,
    Targets,
    WindowAlerts,
)
from pulumi_ssm_maintenance_components.foundation.auto_names import _LIMITS, _SUFFIX_LENGTH, demand_auto_name
from pulumi_ssm_maintenance_components.foundation.names import full_name

WINDOW = "mw-0123456789abcdef0"
ROLE = "arn:aws:iam::123456789012:role/mine"
WEB = Targets.by_patch_group("web")
CODE = Path(__file__).parents[3] / "examples" / "component_lambda_task" / "report"
MACHINE = {"StartAt": "x", "States": {}}
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
    assert "name: too long by 1: AWS allows" in str(refused.value)
    assert kind.__name__ in str(refused.value) or "AutomationRunbook" in str(refused.value)


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


@pytest.mark.parametrize("kind", _LIMITS)
def test_each_kind_takes_as_many_characters_as_aws_does(kind):
    longest = _LIMITS[kind].longest - _SUFFIX_LENGTH
    demand_auto_name("x", "n" * longest, kind, "n" * longest)
    with pytest.raises(ArgumentError, match="too long by 1"):
        demand_auto_name("x", "n" * longest, kind, "n" * (longest + 1))


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
