"""What AWS does not document, as choices: each a question, what is assumed, and what else may be true."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, Literal

from ._errors import RehearsalError


def _choice(question: str, /, **answers: str) -> Any:
    """A field whose first answer is assumed."""
    return field(default=next(iter(answers)), metadata={"question": question, "answers": MappingProxyType(answers)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """How a rehearsal answers the questions that AWS's documentation leaves open.

    Each default is the answer that the documentation and reports of users make most likely.

    Example:
        >>> Assumptions(after_a_failed_priority="stops")
    """

    after_a_failed_priority: Literal["starts", "stops"] = _choice(
        "Does a lower priority start after a task before it has not succeeded?",
        starts="The next priority starts",
        stops="The window's run stops, and later tasks have no row",
    )
    error_limit: Literal["more_than", "reached", "status_at_limit"] = _choice(
        "What happens when exactly as many errors occurred as max_errors tolerates?",
        more_than="Nothing: more than max_errors stop the task",
        reached="The task stops when max_errors is reached",
        status_at_limit="The task goes on, and a command counts as Failed",
    )
    failed_run_without_targets: Literal["failed", "success"] = _choice(
        "What is the status of a task without targets, to which AWS gives the error limit 1, when its only run fails?",
        failed="FAILED",
        success="SUCCESS: one error is tolerated",
    )
    rounding: Literal["down", "up", "nearest"] = _choice(
        "How is a share of the nodes rounded that is no whole number?",
        down="Down; one node at least runs at once",
        up="Up",
        nearest="To the nearest whole number; one node at least runs at once",
    )
    incomplete_command: Literal["success", "failed", "timed_out"] = _choice(
        "What is the status of a command on which some nodes failed, but fewer than the limit?",
        success="The invocation and the task succeed",
        failed="The invocation and the task fail",
        timed_out="They time out where nothing but time-outs went wrong, else they succeed",
    )
    failed_command: Literal["failed", "success"] = _choice(
        "What is the status of the window's invocation when its command has failed?",
        failed="FAILED",
        success="SUCCESS, with the details Failed; the task still fails",
    )
    command_expiry: Literal["command", "node"] = _choice(
        "From when does the total time-out of a command count, where max_concurrency makes nodes wait?",
        command="From the start of the command: nodes whose turn has not come by then are never reached",
        node="For each node from the moment that the command is sent to it",
    )
    never_started: Literal["timed_out", "no_row", "pending"] = _choice(
        "What is shown of a task that had not started at the cutoff?",
        timed_out="A row with the status TIMED_OUT",
        no_row="No row",
        pending="A row with the status PENDING",
    )
    run_with_unstarted_tasks: Literal["timed_out", "success"] = _choice(
        "What is the status of a run of the window in which a task had not started at the cutoff?",
        timed_out="TIMED_OUT",
        success="That of the tasks that ran",
    )
    command_cancelled_at_cutoff: Literal["timed_out", "cancelled"] = _choice(
        "What is the status of the invocation whose command the cutoff cancels?",
        timed_out="TIMED_OUT",
        cancelled="CANCELLED; the task is TIMED_OUT",
    )
    end_of_window: Literal["nothing", "timed_out"] = _choice(
        "What happens to a run that is still at work at the end of the window?",
        nothing="Nothing: it is IN_PROGRESS until its last task ends",
        timed_out="The run is TIMED_OUT at the end, and the work goes on",
    )
    too_many_windows: Literal["waits", "failed"] = _choice(
        "What happens to a run that begins while five other windows of the account run, which are as many as may?",
        waits="It is PENDING until one of them ends",
        failed="It is FAILED",
    )
    later_tasks: Literal["no_row", "pending"] = _choice(
        "What do scripts see during the run of tasks whose turn has not come?",
        no_row="No row",
        pending="A row with the status PENDING",
    )
    mixed_results: Literal["failed", "timed_out"] = _choice(
        "What is the status of a run with a failed task and one that timed out?",
        failed="FAILED",
        timed_out="TIMED_OUT",
    )
    alarm_at_start: Literal["failed", "cancelled", "first_poll"] = _choice(
        "What happens to a task whose alarm is in ALARM, or cannot be read, when its turn comes?",
        failed="It does not start, and is FAILED",
        cancelled="It does not start, and is CANCELLED",
        first_poll="It starts, and the first look at the alarm stops it",
    )
    alarm_poll: Literal["minute", "five_seconds", "between_nodes"] = _choice(
        "How often does a running task look at its alarm?",
        minute="Once a minute",
        five_seconds="Every five seconds",
        between_nodes="Before it starts on another node",
    )
    stopped_by_alarm: Literal["cancelled", "failed", "run_cancelled"] = _choice(
        "What are the statuses of a task that its alarm stopped, and of the run?",
        cancelled="The task is CANCELLED, the run FAILED",
        failed="Both are FAILED",
        run_cancelled="Both are CANCELLED",
    )
    alarm_on_functions: Literal["stops", "ignored"] = _choice(
        "Does an alarm stop a LAMBDA or STEP_FUNCTIONS task?",
        stops="It starts no further invocation",
        ignored="The alarm has no effect",
    )
    no_targets: Literal["success", "failed"] = _choice(
        "What is the status of a task whose targets match no node?",
        success="SUCCESS, with the details No Invocations to Execute",
        failed="FAILED",
    )
    errors_of_several_targets: Literal["fresh_for_commands", "shared"] = _choice(
        "Do the errors on one window target count for the next one of the same task?",
        fresh_for_commands="Not for RUN_COMMAND, where each target has a command of its own; for the others they do",
        shared="They do for every type",
    )
    targets_after_the_limit: Literal["left_out", "served"] = _choice(
        "Are the next window targets of a RUN_COMMAND task served after one has exceeded the error limit?",
        left_out="They are left out",
        served="They are served",
    )
    node_named_twice: Literal["once_per_target", "once"] = _choice(
        "How often does a task run on a node that two of its targets name?",
        once_per_target="Once for each target",
        once="Once",
    )
    group_member_without_agent: Literal["ignored", "failed"] = _choice(
        "What does RUN_COMMAND do about a member of a resource group that is no managed node?",
        ignored="Nothing",
        failed="The command fails on it",
    )
    placeholder_without_value: Literal["empty", "literal", "failed"] = _choice(
        "What becomes of a pseudo parameter that has no value, such as RESOURCE_ID without targets?",
        empty="An empty text",
        literal="It stays as it is",
        failed="The invocation fails",
    )
    function_error: Literal["failed", "success"] = _choice(
        "Does an invocation of a function fail when the function raises an error?",
        failed="Yes",
        success="No: any answer counts as success",
    )
    runbook_timed_out: Literal["timed_out", "failed"] = _choice(
        "What is the status of an invocation whose runbook has timed out?",
        timed_out="TIMED_OUT",
        failed="FAILED",
    )

    def __post_init__(self) -> None:
        for name, (question, answers) in questions().items():
            given = getattr(self, name)
            if given not in answers:
                raise RehearsalError(f"assumption {name}: got {given!r}; allowed: {', '.join(answers)}. {question}")


def questions() -> Mapping[str, tuple[str, Mapping[str, str]]]:
    """Each question and its answers, the assumed one first, by the name of the assumption."""
    return {item.name: (item.metadata["question"], item.metadata["answers"]) for item in fields(Assumptions)}


class Choices:
    """Assumptions that remember which of them a simulation made use of."""

    def __init__(self, assumptions: Assumptions) -> None:
        self._assumptions = assumptions
        self.used: dict[str, str] = {}
        """The assumptions that made a difference, in the order in which they first did."""

    def choose(self, name: str) -> str:
        """The answer to a question that has come up."""
        return self.used.setdefault(name, str(getattr(self._assumptions, name)))
