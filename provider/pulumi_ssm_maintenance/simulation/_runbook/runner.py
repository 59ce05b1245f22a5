"""What runs a call of the window: a runbook step by step where its content is known."""

from pulumi_ssm_maintenance.simulation._run.node_runner import given_outcome, node_runner
from pulumi_ssm_maintenance.simulation._window import Task
from pulumi_ssm_maintenance.simulation._work import Call, Outcomes, Runner, Work

from .aws import Aws
from .content import Content, read_content
from .flow import run_runbook
from .outcomes import step_outcomes


def runbook_runner(outcomes: Outcomes | None, aws: Aws | None, contents: dict[str, Content]) -> Runner:
    """Run runbooks step by step, unless an outcome is given for the whole run; run all else as the node has it.

    Args:
        outcomes: the outcomes that the user gives.
        aws: the AWS that runbooks work on.
        contents: the runbooks by the names of their tasks.
    """
    on_node = node_runner(outcomes)
    of_step = step_outcomes(outcomes)

    def run(call: Call) -> Work:
        content = contents.get(call.task.name)
        if content is None or given_outcome(outcomes, call) is not None:
            return (yield from on_node(call))
        return (yield from run_runbook(call, content, aws, of_step))

    return run


def contents_of(tasks: list[Task]) -> dict[str, Content]:
    """Read the runbooks of tasks, by the names of the tasks.

    Raises:
        RehearsalError: one is no runbook.
    """
    return {
        task.name: read_content(f"task {task.name!r}: runbook {task.arn}", task.runbook)
        for task in tasks
        if task.type == "AUTOMATION" and task.runbook is not None
    }
