"""Every operation under every fault, on the real engine: afterwards one `up` brings exactly what is declared.

A program holds one task for each fault, in a window of its own, so that an operation meets all faults in one run.
The faults last for the whole operation: what retries could hide is not hidden.
"""

import pytest

from pulumi_ssm_maintenance import MaintenanceWindowTask
from pulumi_ssm_maintenance.testing import EngineError, Fault

REGISTER = "RegisterTaskWithMaintenanceWindow"
GET = "GetMaintenanceWindowTask"
UPDATE = "UpdateMaintenanceWindowTask"
DEREGISTER = "DeregisterTaskFromMaintenanceWindow"

FAULTS = {
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
OUT_OF_BAND = (TASK_GONE, WINDOW_GONE)

# Few retries, so that a fault that lasts is met as soon as may be.
IMPATIENT = {"aws:maxRetries": "1"}
GO_ON = ["--continue-on-error"]


class Tasks:
    """A program with a task for each fault, and what AWS holds of them."""

    def __init__(self, local_aws, local_stack, cells):
        self.aws, self.ssm = local_aws, local_aws.client("ssm")
        self.windows = {cell: self._window() for cell in cells}
        self.priority, self.task_type, self.present = 1, "AUTOMATION", True
        self.stack = local_stack(self.program, config=IMPATIENT)

    def program(self):
        for cell, window in self.windows.items():
            if self.present:
                MaintenanceWindowTask(
                    cell, window_id=window, task_type=self.task_type, task_arn="task", priority=self.priority
                )

    def break_out_of_band(self):
        for window in filter(None, [self.windows.get(TASK_GONE)]):
            self.ssm.deregister_task_from_maintenance_window(WindowId=window, WindowTaskId=self.held(window)[0])
        for window in filter(None, [self.windows.get(WINDOW_GONE)]):
            self.ssm.delete_maintenance_window(WindowId=window)

    def inject(self, *operations):
        self.aws.clear_requests()
        for operation in operations:
            for cell, fault in FAULTS.items():
                self.aws.inject(fault(operation=operation, where={"WindowId": self.windows[cell]}))

    def assert_every_fault_was_met(self):
        met = {r.parameters["WindowId"] for r in self.aws.requests("ssm") if r.status != 200 and r.parameters}
        assert {cell for cell, window in self.windows.items() if window in met} >= FAULTS.keys()

    def recover(self):
        """Do what a user does: run it again, and refresh first where the error says so."""
        self.aws.clear_faults()
        if WINDOW_GONE in self.windows:
            self.windows[WINDOW_GONE] = self._window()
        try:
            self.stack.up(args=GO_ON)
        except EngineError as error:
            if "run `pulumi refresh`" not in str(error):
                raise
            self.stack.refresh()
            self.stack.up()

    def assert_exactly_as_declared(self):
        self.stack.expect_no_changes()
        for cell, window in self.windows.items():
            found = [self._shown(window, task) for task in self.held(window)]
            assert found == ([(self.task_type, self.priority)] if self.present else []), cell
        assert len(self.urns(self.windows)) == (len(self.windows) if self.present else 0)

    def urns(self, cells):
        """Give the state's tasks of these cells."""
        tasks = [one["urn"] for one in self.stack.resources if one["type"].endswith("MaintenanceWindowTask")]
        return [urn for urn in tasks if urn.rpartition("::")[2] in cells]

    def held(self, window):
        listed = self.ssm.describe_maintenance_window_tasks(WindowId=window)["Tasks"]
        return [task["WindowTaskId"] for task in listed]

    def _shown(self, window, task):
        got = self.ssm.get_maintenance_window_task(WindowId=window, WindowTaskId=task)
        return got["TaskType"], got["Priority"]

    def _window(self):
        return self.ssm.create_maintenance_window(
            Name="window", Schedule="rate(1 day)", Duration=4, Cutoff=1, AllowUnassociatedTargets=False
        )["WindowId"]


@pytest.fixture
def tasks(local_aws, local_stack):
    return lambda *cells: Tasks(local_aws, local_stack, [*FAULTS, *cells])


def test_create_under_every_fault(tasks):
    run = tasks(LAGGING)
    run.inject(REGISTER)
    run.aws.inject(Fault.read_lag(4, where={"WindowId": run.windows[LAGGING]}))
    with pytest.raises(EngineError):
        run.stack.up(args=GO_ON)
    run.assert_every_fault_was_met()
    run.recover()
    run.assert_exactly_as_declared()


def test_reading_back_a_new_task_under_every_fault(tasks):
    run = tasks()
    run.inject(GET)
    # The task is there, so the run goes through, and its warnings tell what is not known.
    assert "could not be read back" in run.stack.up(args=GO_ON).output
    run.assert_every_fault_was_met()
    run.recover()
    run.assert_exactly_as_declared()


def test_update_under_every_fault(tasks):
    run = tasks(*OUT_OF_BAND)
    run.stack.up()
    run.break_out_of_band()
    run.priority = 2
    run.inject(UPDATE)
    with pytest.raises(EngineError):
        run.stack.up(args=GO_ON)
    run.assert_every_fault_was_met()
    run.recover()
    run.assert_exactly_as_declared()


def test_read_under_every_fault(tasks):
    run = tasks(*OUT_OF_BAND)
    run.stack.up()
    run.break_out_of_band()
    run.inject(GET)
    for urn in run.urns(FAULTS):
        with pytest.raises(EngineError):
            run.stack.refresh(target=[urn])
    run.stack.refresh(target=run.urns(OUT_OF_BAND))
    run.assert_every_fault_was_met()
    run.recover()
    run.assert_exactly_as_declared()


def test_delete_under_every_fault(tasks):
    run = tasks(*OUT_OF_BAND)
    run.stack.up()
    run.break_out_of_band()
    run.present = False
    run.inject(DEREGISTER)
    with pytest.raises(EngineError):
        run.stack.up(args=GO_ON)
    run.assert_every_fault_was_met()
    run.recover()
    run.assert_exactly_as_declared()


def test_replace_under_every_fault_of_making_the_new_task(tasks):
    run = tasks(*OUT_OF_BAND)
    run.stack.up()
    run.break_out_of_band()
    run.task_type = "LAMBDA"
    run.inject(REGISTER)
    with pytest.raises(EngineError):
        run.stack.up(args=GO_ON)
    run.assert_every_fault_was_met()
    run.recover()
    run.assert_exactly_as_declared()


def test_replace_under_every_fault_of_removing_the_old_task(tasks):
    run = tasks(*OUT_OF_BAND)
    run.stack.up()
    run.break_out_of_band()
    run.task_type = "LAMBDA"
    run.inject(DEREGISTER)
    # One by one: with --continue-on-error, engine v3.259.0 never ends when the first half of a replacement fails.
    for urn in run.urns(FAULTS):
        with pytest.raises(EngineError):
            run.stack.up(target=[urn])
    run.assert_every_fault_was_met()
    run.recover()
    run.assert_exactly_as_declared()
