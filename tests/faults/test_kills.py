"""The plugin or the engine killed at any point of a run: the next run brings exactly what is declared.

A seed draws a chain of runs on one stack (make all tasks, change some of them, destroy them), and when each is killed:
after how many answers of AWS, and how long after. `pytest -k seed-7 tests/faults/test_kills.py` repeats four chains:
one for each victim and each launcher of the plugin.
"""

import random
import time
from contextlib import suppress

import pytest
from tests import soak
from tests.declared import as_program, held_tasks
from tests.faults.conftest import task_ids
from tests.launchers import LAUNCHERS

from pulumi_ssm_maintenance.testing import EngineError, Fault

pytestmark = pytest.mark.soak

CHAIN = ["create", "change", "destroy", "create", "change"][: soak.bound("SOAK_CHAIN", short=3, long=5)]
VICTIMS = ["engine", "plugin"]
KILLS = soak.bound("SOAK_KILLS", short=12, long=200)
TASKS, WINDOWS = 20, 3
SECONDS_A_CALL = 0.08
SECONDS_BEFORE_THE_FIRST_CALL = 1.5
OTHER_TYPE = {"AUTOMATION": "LAMBDA", "LAMBDA": "AUTOMATION"}


class Chain:
    """A stack of 20 tasks. Each of its runs is killed."""

    def __init__(self, seed, victim, local_aws, local_stack, new_window):
        self.draw = random.Random(seed)
        self.victim, self.aws, self.new_window = victim, local_aws, new_window
        self.windows, self.tasks, self.made = [], {}, 0
        self.stack = local_stack(as_program(self.tasks))

    def declare(self, step):
        {"create": self._create, "change": self._change, "destroy": self.tasks.clear}[step]()

    def _create(self):
        self.windows = [self.new_window() for _ in range(WINDOWS)]
        self._fill_up()

    def _change(self):
        for name, task in list(self.tasks.items()):
            match self.draw.choice(["keep", "update", "update", "move", "retype", "remove"]):
                case "update":
                    task["priority"] += 1
                case "move":
                    task["window_id"] = self.draw.choice([one for one in self.windows if one != task["window_id"]])
                case "retype":
                    task["task_type"] = OTHER_TYPE[task["task_type"]]
                case "remove":
                    del self.tasks[name]
        self._fill_up()

    def _fill_up(self):
        while len(self.tasks) < TASKS:
            self.made += 1
            window = self.windows[self.made % WINDOWS]
            task = {"window_id": window, "task_type": "AUTOMATION", "task_arn": "task", "priority": 1}
            self.tasks[f"task-{self.made}"] = task

    def run_and_kill(self, step):
        """Start a run, kill its victim, and give the moment, None when the run had ended.

        Afterwards no process of the run is left.
        """
        self.aws.clear_requests()
        self.aws.inject(Fault.latency(SECONDS_A_CALL))
        running = self.stack.start_destroy() if step == "destroy" else self.stack.start_up()
        answers = self.draw.randint(0, TASKS if step == "destroy" else 2 * TASKS)
        while len(self.aws.requests("ssm")) < answers and running.process.poll() is None:
            time.sleep(0.01)
        time.sleep(self.draw.uniform(0, SECONDS_A_CALL if answers else SECONDS_BEFORE_THE_FIRST_CALL))
        moment = self._kill_engine(running) if self.victim == "engine" else self._kill_plugin(running)
        time.sleep(SECONDS_A_CALL)  # a call that AWS has taken has its effect, whether its caller lives or not
        self.aws.clear_faults()
        return moment

    def _kill_engine(self, running):
        moment = time.time() if running.process.poll() is None else None
        running.kill_engine()
        # Its plugin is spared for a while, or goes down with it.
        time.sleep(self.draw.choice([0, 3 * SECONDS_A_CALL]))
        running.kill()
        return moment

    def _kill_plugin(self, running):
        while not (killed := running.kill_plugin("pulumi.dynamic")) and running.process.poll() is None:
            time.sleep(0.01)
        moment = time.time() if killed else None
        with suppress(EngineError):
            running.wait()
        return moment

    def run_again(self, step):
        if self.victim == "engine":
            self.stack.cancel()
        return self.stack.destroy() if step == "destroy" else self.stack.up()

    def calls_at(self, moment):
        """The calls that were under way at a moment."""
        calls = self.aws.requests("ssm")
        return {call.operation for call in calls if call.started <= moment < call.started + call.seconds}


@pytest.mark.parametrize("seed", range(KILLS // len(CHAIN) // len(VICTIMS) // len(LAUNCHERS)), ids="seed-{}".format)
@pytest.mark.parametrize("victim", VICTIMS)
def test_after_a_kill_the_same_program_brings_exactly_what_is_declared(
    launcher, local_aws, local_stack, new_window, ssm, assert_exactly, count, victim, seed
):
    chain = Chain(f"{launcher}-{victim}-{seed}", victim, local_aws, local_stack, new_window)
    for step in CHAIN:
        chain.declare(step)
        moment = chain.run_and_kill(step)
        count(f"kills of the {victim} in a run to {step}")
        count(f"kills of the {victim} under the launcher of the {launcher} form")
        if moment is None:
            count("kills that came too late: the run had ended")
        else:
            calls = chain.calls_at(moment)
            count(f"kills while {'a' if calls else 'no'} call was under way")
            for operation in calls:
                count(f"kills while {operation} was under way")
        at_aws = {id_ for window in chain.windows for id_ in held_tasks(ssm, window)}
        in_state = set(task_ids(chain.stack).values())
        count("tasks at AWS that no state knew after a kill", len(at_aws - in_state))
        count("tasks gone from AWS that a state still knew after a kill", len(in_state - at_aws))
        chain.run_again(step)
        assert_exactly(chain.windows, (chain.stack, chain.tasks))
        count("kills after which one more run brought exactly what is declared")
