"""Every operation under every fault, on the real engine: afterwards one `up` brings exactly what is declared.

A program holds one task for each fault, in a window of its own, so that an operation meets all faults in one run.
The faults last for the whole operation: what retries could hide is not hidden.
"""

import pytest
from tests.accounts import environment_of
from tests.declared import as_program, held_tasks

from pulumi_ssm_maintenance.testing import EngineError, Fault

REGISTER = "RegisterTaskWithMaintenanceWindow"
GET = "GetMaintenanceWindowTask"
CHANGE = "UpdateMaintenanceWindowTask"
DEREGISTER = "DeregisterTaskFromMaintenanceWindow"

CALLS_FAIL = {
    "throttled": lambda **where: Fault.error("ThrottlingException", **where),
    "failing": lambda **where: Fault.error("InternalServerError", status=500, **where),
    "cut before the effect": Fault.reset_before,
    "cut after the effect": Fault.reset_after,
    "timing out": lambda **where: Fault.hang(0.5, **where),
    "denied": Fault.access_denied,
    "expired": Fault.expired_credentials,
}
LAGGING = "readable late"
TASK_GONE = "task deleted by hand"
WINDOW_GONE = "window deleted by hand"
WRONG_ACCOUNT = "wrong account"
FAULTS = [*CALLS_FAIL, LAGGING, TASK_GONE, WINDOW_GONE, WRONG_ACCOUNT]

CREATE, READ_BACK, READ, UPDATE, DELETE = "create", "create: read back", "read", "update", "delete"
REMOVE_OLD, MAKE_NEW = "replace: remove the old", "replace: make the new"
_ONLY_NEW = "only new tasks are readable late; one that is in the state has been seen"
_OTHER_HALF = "befalls the other half of a replacement, in its own row"
STRUCK_OUT = {
    (CREATE, TASK_GONE): "there is none yet; test_exactly_once.py makes one that was there, and destroyed, before",
    (READ_BACK, LAGGING): "is in the row of create",
    (READ_BACK, TASK_GONE): "a task that is deleted while it is made looks like one that is readable late",
    (READ_BACK, WINDOW_GONE): "as above",
    (READ_BACK, WRONG_ACCOUNT): "a run has one account, and the registration has failed before",
    (READ, LAGGING): _ONLY_NEW,
    (UPDATE, LAGGING): _ONLY_NEW,
    (DELETE, LAGGING): _ONLY_NEW,
    (REMOVE_OLD, LAGGING): _ONLY_NEW,
    (REMOVE_OLD, TASK_GONE): _OTHER_HALF,
    (REMOVE_OLD, WINDOW_GONE): _OTHER_HALF,
    (MAKE_NEW, WRONG_ACCOUNT): _OTHER_HALF,
}

# Few retries, so that a fault that lasts is met as soon as may be.
IMPATIENT = {"aws:maxRetries": "1"}
GO_ON = ["--continue-on-error"]
URN = "urn:pulumi:dev::test::pulumi-python:dynamic/ssm:MaintenanceWindowTask::{}".format


class Row:
    """An operation, and a task for each fault that can befall it."""

    def __init__(self, operation, local_aws, local_stack, new_window, assert_exactly):
        self.aws, self.new_window, self.assert_exactly = local_aws, new_window, assert_exactly
        self.other_account = environment_of(local_aws, "222222222222")
        self.windows = {fault: new_window() for fault in FAULTS if (operation, fault) not in STRUCK_OUT}
        self.wanted = {"task_type": "AUTOMATION", "task_arn": "task", "priority": 1}
        self.present = True
        self.stack = local_stack(self.program, config=IMPATIENT)

    def program(self):
        as_program(self.declared())()

    def declared(self):
        windows = self.windows if self.present else {}
        return {fault: {**self.wanted, "window_id": window} for fault, window in windows.items()}

    def fail_under_every_fault(self, call, act, *, at_once=True):
        """Do something while the call fails for every task; so does all that is done."""
        self._break_by_hand()
        self.aws.clear_requests()
        if WRONG_ACCOUNT in self.windows:
            with pytest.raises(EngineError):
                act(target=[URN(WRONG_ACCOUNT)], env=self.other_account)
        self.break_calls(call)
        for options in [{"args": GO_ON}] if at_once else [{"target": [URN(fault)]} for fault in CALLS_FAIL]:
            with pytest.raises(EngineError):
                act(**options)

    def break_calls(self, call):
        for fault, make in CALLS_FAIL.items():
            self.aws.inject(make(operation=call, where={"WindowId": self.windows[fault]}))
        if LAGGING in self.windows:
            self.aws.inject(Fault.read_lag(4, where={"WindowId": self.windows[LAGGING]}))

    def assert_one_more_run_mends_it(self):
        in_vain = {call.parameters["WindowId"] for call in self.aws.requests("ssm") if call.status != 200}
        assert {fault for fault, window in self.windows.items() if window not in in_vain} == set()
        self._run_again()
        self.assert_exactly(self.windows.values(), (self.stack, self.declared()))

    def _run_again(self):
        """Do what a user does: run it again, and refresh first where the error says so."""
        self.aws.clear_faults()
        if WINDOW_GONE in self.windows:
            self.windows[WINDOW_GONE] = self.new_window()
        try:
            self.stack.up(args=GO_ON)
        except EngineError as error:
            if "run `pulumi refresh`" not in str(error):
                raise
            self.stack.refresh()
            self.stack.up()

    def _break_by_hand(self):
        ssm = self.aws.client("ssm")
        if (window := self.windows.get(TASK_GONE)) and self.stack.resources:
            (task,) = held_tasks(ssm, window)
            ssm.deregister_task_from_maintenance_window(WindowId=window, WindowTaskId=task)
        if window := self.windows.get(WINDOW_GONE):
            ssm.delete_maintenance_window(WindowId=window)


@pytest.fixture
def row(local_aws, local_stack, new_window, assert_exactly):
    return lambda operation: Row(operation, local_aws, local_stack, new_window, assert_exactly)


@pytest.fixture
def deployed(row):
    """Give the row of an operation on tasks that are there."""

    def make(operation):
        made = row(operation)
        made.stack.up()
        return made

    return make


def test_create_under_every_fault(row):
    tasks = row(CREATE)
    tasks.fail_under_every_fault(REGISTER, tasks.stack.up)
    tasks.assert_one_more_run_mends_it()


def test_reading_back_a_new_task_under_every_fault(row):
    tasks = row(READ_BACK)
    tasks.break_calls(GET)
    tasks.break_calls(CHANGE)
    # The task is there, so the run goes through, and its warnings tell what is not known.
    assert "could not be read back" in tasks.stack.up().output
    tasks.assert_one_more_run_mends_it()


def test_update_under_every_fault(deployed):
    tasks = deployed(UPDATE)
    tasks.wanted["priority"] = 2
    tasks.fail_under_every_fault(CHANGE, tasks.stack.up)
    tasks.assert_one_more_run_mends_it()


def test_read_under_every_fault(deployed):
    tasks = deployed(READ)
    tasks.fail_under_every_fault(GET, tasks.stack.refresh, at_once=False)
    tasks.stack.refresh(target=[URN(TASK_GONE), URN(WINDOW_GONE)])
    tasks.assert_one_more_run_mends_it()


def test_delete_under_every_fault(deployed):
    tasks = deployed(DELETE)
    tasks.present = False
    tasks.fail_under_every_fault(DEREGISTER, tasks.stack.up)
    tasks.assert_one_more_run_mends_it()


def test_replace_under_every_fault_of_removing_the_old_task(deployed):
    tasks = deployed(REMOVE_OLD)
    tasks.wanted["task_type"] = "LAMBDA"
    # One by one: with --continue-on-error, engine v3.274.1 never ends when the first half of a replacement fails.
    tasks.fail_under_every_fault(DEREGISTER, tasks.stack.up, at_once=False)
    tasks.assert_one_more_run_mends_it()


def test_replace_under_every_fault_of_making_the_new_task(deployed):
    tasks = deployed(MAKE_NEW)
    tasks.wanted["task_type"] = "LAMBDA"
    tasks.fail_under_every_fault(REGISTER, tasks.stack.up)
    tasks.assert_one_more_run_mends_it()


def test_what_is_struck_out_is_in_the_matrix():
    operations = {CREATE, READ_BACK, READ, UPDATE, DELETE, REMOVE_OLD, MAKE_NEW}
    assert {cell for cell in STRUCK_OUT if cell[0] not in operations or cell[1] not in FAULTS} == set()
