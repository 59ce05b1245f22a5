"""Any course that programs, AWS and people may take: after each completed `up`, AWS holds exactly what is declared.

One course is kept out: a create that was cut off, and whose program then changed. test_exactly_once.py shows what it
leaves.
"""

import copy
import itertools
import random

import pulumi
import pytest
from hypothesis import HealthCheck, Phase, note, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests import soak
from tests.declared import BY_TYPE, as_program, held_tasks
from tests.faults.conftest import task_ids
from tests.launchers import LAUNCHERS

from pulumi_ssm_maintenance.testing import EngineError, Fault

pytestmark = pytest.mark.soak

WALKS = soak.bound("SOAK_WALKS", short=2, long=26)
# The first of the two examples is as simple as can be. A failure is printed as it was, step by step, and not made
# smaller: on a real engine that would take an hour.
SETTINGS = settings(
    max_examples=2,
    stateful_step_count=soak.bound("SOAK_WALK_STEPS", short=15, long=25),
    phases=[Phase.generate],
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
MOST_TASKS, WINDOWS, STEPS_AN_UP = 5, 2, 5

WHICH = st.integers(0, MOST_TASKS - 1)
TYPES = st.sampled_from(sorted(BY_TYPE))
CHANGES = {
    "priority": st.integers(1, 5),
    "name": st.sampled_from(["one", "two"]),
    "description": st.sampled_from(["first", "second"]),
    "cutoff_behavior": st.sampled_from(["CONTINUE_TASK", "CANCEL_TASK"]),
    "alarm_configuration": st.sampled_from(["cpu", "disk"]).map(lambda name: {"alarms": [{"name": name}]}),
}
FAULTS = {
    "throttled": lambda **where: Fault.error("ThrottlingException", **where),
    "failing": lambda **where: Fault.error("InternalServerError", status=500, **where),
    "cut before the effect": Fault.reset_before,
    "cut after the effect": Fault.reset_after,
    "readable late": lambda **_: Fault.read_lag(2),
}
CALLS = [
    "RegisterTaskWithMaintenanceWindow",
    "GetMaintenanceWindowTask",
    "UpdateMaintenanceWindowTask",
    "DeregisterTaskFromMaintenanceWindow",
]
at_aws = precondition(lambda walk: walk.at_aws)
declared = precondition(lambda walk: walk.tasks)
room = precondition(lambda walk: len(walk.tasks) < MOST_TASKS)


class Walk(RuleBasedStateMachine):
    """A program that changes, and what AWS and people do meanwhile."""

    def __init__(self, aws, stack, new_window, assert_exactly, count):
        super().__init__()
        self.aws, self.ssm = aws, aws.client("ssm")
        self.new_window, self.assert_exactly, self.count = new_window, assert_exactly, count
        self.stack = stack
        self.stack.program = self.program
        self.windows = [new_window() for _ in range(WINDOWS)]
        self.tasks, self.removed, self.made = {}, {}, 0
        self.at_aws, self.touched = [], False
        self.steps, self.deployed = 0, {}

    def program(self):
        as_program(self.tasks)()

    @initialize(chance=st.integers(0, 2**32).map(random.Random))
    def meet_faults_by(self, chance):
        self.chance = chance

    @declared
    @rule(which=WHICH, change=st.one_of([st.tuples(st.just(key), value | st.none()) for key, value in CHANGES.items()]))
    def change(self, which, change):
        task, (key, value) = self.tasks[self._name(which)], change
        task.pop(key, None)
        if value is not None:
            task[key] = value

    @room
    @rule(task_type=TYPES, where=st.integers(0, WINDOWS - 1))
    def declare(self, task_type, where):
        self.tasks[self._new_name()] = {"window_id": self.windows[where], **BY_TYPE[task_type]}

    @room
    @precondition(lambda walk: walk.removed)
    @rule()
    def declare_again(self):
        name, task = self.removed.popitem()
        self.tasks[name] = task

    @declared
    @rule(which=WHICH)
    def move(self, which):
        task = self.tasks[self._name(which)]
        task["window_id"] = self.windows[1 - self.windows.index(task["window_id"])]

    @declared
    @rule(which=WHICH)
    def remove(self, which):
        name = self._name(which)
        self.removed[name] = {key: value for key, value in self.tasks.pop(name).items() if key != "opts"}

    @declared
    @rule(which=WHICH, keeping=st.booleans())
    def rename(self, which, keeping):
        name, new = self._name(which), self._new_name()
        task = self.tasks.pop(name)
        former = task.pop("opts", pulumi.ResourceOptions()).aliases or []
        opts = {"opts": pulumi.ResourceOptions(aliases=[*former, pulumi.Alias(name=name)])} if keeping else {}
        self.tasks[new] = {**task, **opts}

    @declared
    @rule(which=WHICH, task_type=TYPES)
    def retype(self, which, task_type):
        name = self._name(which)
        kept = {key: value for key, value in self.tasks[name].items() if key in {*CHANGES, "window_id", "opts"}}
        self.tasks[name] = {**kept, **BY_TYPE[task_type]}

    @at_aws
    @rule(which=WHICH)
    def delete_by_hand(self, which):
        self.ssm.deregister_task_from_maintenance_window(**self._touch(self.at_aws.pop(which % len(self.at_aws))))

    @at_aws
    @rule(which=WHICH, priority=st.integers(6, 9))
    def edit_by_hand(self, which, priority):
        self.ssm.update_maintenance_window_task(**self._touch(self._task_at_aws(which)), Priority=priority)

    @at_aws
    @rule(which=WHICH)
    def clear_alarm_by_hand(self, which):
        window, id_ = task = self._task_at_aws(which)
        kept = held_tasks(self.ssm, window)[id_]
        rates = set() if kept["Targets"] else {"MaxConcurrency", "MaxErrors"}  # which AWS shows, and does not take
        kept = {key: value for key, value in kept.items() if key not in {"TaskType", "AlarmConfiguration"} | rates}
        self.ssm.update_maintenance_window_task(**self._touch(task) | kept, Replace=True)

    @rule(where=st.integers(0, WINDOWS - 1))
    def delete_window_by_hand(self, where):
        gone, self.windows[where] = self.windows[where], self.new_window()
        self.ssm.delete_maintenance_window(WindowId=gone)
        self.touched = True
        self.at_aws = [(window, id_) for window, id_ in self.at_aws if window != gone]
        for task in [*self.tasks.values(), *self.removed.values()]:
            if task["window_id"] == gone:
                task["window_id"] = self.windows[where]

    @at_aws
    @rule()
    def refresh(self):
        self.stack.refresh()
        self.touched = False

    @invariant()
    def up_after_every_few_steps(self):
        self.steps += 1
        if self.steps % STEPS_AN_UP == 0 and (self.touched or self.tasks != self.deployed):
            self._up()

    def _up(self):
        if self.touched:
            self.refresh()
        for _ in range(self.chance.choice([0, 1, 2])):
            self._meet(self.chance.choice(sorted(FAULTS)), self.chance.choice(CALLS), self.chance.randint(1, 6))
        try:
            again = "Run `pulumi refresh` and `pulumi up`" in self.stack.up().output
        except EngineError:
            again = True
        self.aws.clear_faults()
        if again:
            self.count("walks: `up`s that failed or warned, and were repeated")
            self.stack.refresh()
            self.stack.up()
        self._assert_exactly()

    def _meet(self, fault, call, times):
        note(f"{times} times {fault}: {call}")
        self.count("walks: faults in force during an `up`")
        self.aws.inject(FAULTS[fault](operation=call, times=times))

    def _assert_exactly(self):
        self.assert_exactly(self.windows, (self.stack, self.tasks))
        self.count("walks: completed `up`s, with exactly what is declared at AWS")
        self.deployed = copy.deepcopy(self.tasks)
        ids = task_ids(self.stack)
        self.at_aws = [(self.tasks[name]["window_id"], ids[name]) for name in sorted(ids)]

    def _name(self, which):
        return sorted(self.tasks)[which % len(self.tasks)]

    def _new_name(self):
        self.made += 1
        return f"task-{self.made:02}"

    def _task_at_aws(self, which):
        return self.at_aws[which % len(self.at_aws)]

    def _touch(self, task):
        self.touched = True
        self.count("walks: tasks changed or deleted by hand")
        return dict(zip(("WindowId", "WindowTaskId"), task, strict=True))


@pytest.mark.parametrize(
    ("number", "launcher"),
    [pytest.param(n, LAUNCHERS[n % len(LAUNCHERS)], id=f"seed-{n}") for n in range(WALKS)],
    indirect=["launcher"],
)
def test_after_every_completed_up_aws_holds_exactly_what_is_declared(
    launcher, local_aws, local_stack, new_window, assert_exactly, count, number
):
    stacks = (local_stack(lambda: None, name=f"walk-{n}", config={"aws:maxRetries": "1"}) for n in itertools.count())

    @seed(number)
    def begin():
        return Walk(local_aws, next(stacks), new_window, assert_exactly, count)

    run_state_machine_as_test(begin, settings=SETTINGS)
