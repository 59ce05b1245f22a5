"""What AWS accepts when a task or a target is registered, and the codes of its refusals."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from .question import Finding, Question, compare, no_answer
from .tasks import NODE, command, empty_target, register, targetless

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.first_contact.account import Account

INVALID = "ValidationException"
BURST = 20
"""As many tasks as one window may have."""
POLL, PATIENCE = 0.05, 100
"""The pause between two looks in seconds, and how many looks are taken."""


def _outcome(change: Callable[[Account, str], dict[str, Any]], expected: str, account: Account) -> Finding:
    """Register a task and compare the outcome."""
    with account.window() as window_id:
        answer = account.ask("RegisterTaskWithMaintenanceWindow", **change(account, window_id))
    return compare(answer.outcome, holds=answer.outcome == expected)


def _registers(name: str, text: str, change: Callable[[Account, str], dict[str, Any]], expected: str) -> Question:
    return Question(name, text, expected, partial(_outcome, change, expected))


def _with_alarm(account: Account, window_id: str, alarm: str) -> dict[str, Any]:
    return targetless(window_id, AlarmConfiguration={"Alarms": [{"Name": account.name(alarm)}]})


def make_alarm(account: Account) -> str:
    """Make an alarm on a metric that nobody reports."""
    name = account.name("alarm")
    account.need(
        "PutMetricAlarm",
        AlarmName=name,
        Namespace=account.name("metrics"),
        MetricName="none",
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        Tags=account.tags,
    )
    return name


def _composite_alarm(account: Account, window_id: str) -> dict[str, Any]:
    alarm = account.once("alarm", make_alarm)
    name = account.name("composite")
    account.need("PutCompositeAlarm", AlarmName=name, AlarmRule=f'ALARM("{alarm}")', Tags=account.tags)
    return _with_alarm(account, window_id, "composite")


def _dangling_target(account: Account, window_id: str) -> dict[str, Any]:
    target = empty_target(account, window_id)
    account.need("DeregisterTargetFromMaintenanceWindow", WindowId=window_id, WindowTargetId=target)
    return command(window_id, Targets=[{"Key": "WindowTargetIds", "Values": [target]}])


def _tag_values(account: Account) -> Finding:
    return _counted(account, (5, 6, 50), lambda count: [("tag:first-contact", count)], accepted={5, 6, 50})


def _tags(account: Account) -> Finding:
    return _counted(account, (5, 6), lambda count: [(f"tag:contact-{n}", 1) for n in range(count)], accepted={5})


def _counted(
    account: Account, counts: tuple[int, ...], keys: Callable[[int], list[tuple[str, int]]], accepted: set[int]
) -> Finding:
    """Register window targets of several sizes."""
    outcomes = {}
    with account.window() as window_id:
        for count in counts:
            targets = [{"Key": key, "Values": [f"value-{n}" for n in range(values)]} for key, values in keys(count)]
            outcomes[count] = account.ask(
                "RegisterTargetWithMaintenanceWindow", WindowId=window_id, ResourceType="INSTANCE", Targets=targets
            ).outcome
    text = ", ".join(f"{count}: {outcome}" for count, outcome in outcomes.items())
    return compare(text, holds={count for count, outcome in outcomes.items() if outcome == "accepted"} == accepted)


def _target_in_use(account: Account) -> Finding:
    with account.window() as window_id:
        target = account.need(
            "RegisterTargetWithMaintenanceWindow",
            WindowId=window_id,
            ResourceType="INSTANCE",
            Targets=[{"Key": "InstanceIds", "Values": [NODE]}],
        )["WindowTargetId"]
        register(account, command(window_id, Targets=[{"Key": "WindowTargetIds", "Values": [target]}]))
        names = {"WindowId": window_id, "WindowTargetId": target}
        safe = account.ask("DeregisterTargetFromMaintenanceWindow", **names, Safe=True).outcome
        unsafe = account.ask("DeregisterTargetFromMaintenanceWindow", **names).outcome
    return compare(
        f"with Safe: {safe}; without: {unsafe}", holds=(safe, unsafe) == ("TargetInUseException", "accepted")
    )


def _burst(account: Account) -> Finding:
    """Register as many tasks at once as a window may have, and look for each until it is there."""
    with account.window() as window_id:
        requests = [targetless(window_id, Name=f"burst-{n}") for n in range(BURST)]
        answers = account.ask_at_once("RegisterTaskWithMaintenanceWindow", requests)
        refused = sorted({answer.code for answer in answers if not answer.accepted})
        unseen = [{"WindowId": window_id, "WindowTaskId": it["WindowTaskId"]} for it in answers if it.accepted]
        looks = 0
        while unseen and looks < PATIENCE:
            looks += 1
            seen = account.ask_at_once("GetMaintenanceWindowTask", unseen)
            unseen = [one for one, answer in zip(unseen, seen, strict=True) if not answer.accepted]
            if unseen:
                account.sleep(POLL)
    if len(refused) == BURST:
        return no_answer(f"all were refused: {', '.join(refused)}")
    slow = f"{len(unseen)} not readable after {looks} looks" if unseen else f"all readable after {looks} looks"
    return compare(f"{slow}; refusals: {', '.join(refused) or 'none'}", holds=looks == 1 and not refused)


QUESTIONS = (
    Question("tag-values", "How many values may one tag of a window target have?", "5, 6 and 50 pass", _tag_values),
    Question("tags", "How many tags may one window target have?", "5 pass, 6 do not", _tags),
    Question(
        "target-in-use",
        "Can a target be deregistered that a task names?",
        "With Safe: TargetInUseException; without it yes",
        _target_in_use,
    ),
    _registers(
        "dangling-target",
        "Does a task register that names a deregistered window target?",
        _dangling_target,
        "accepted",
    ),
    _registers(
        "missing-alarm",
        "Does a task register whose alarm does not exist?",
        lambda account, window_id: _with_alarm(account, window_id, "no-alarm"),
        "accepted",
    ),
    _registers("composite-alarm", "Does a task register with a composite alarm?", _composite_alarm, "accepted"),
    _registers(
        "command-without-targets",
        "With what code is a RUN_COMMAND task without targets refused?",
        lambda _, window_id: {**targetless(window_id), "TaskType": "RUN_COMMAND", "TaskArn": "AWS-RunShellScript"},
        INVALID,
    ),
    _registers(
        "parameters-of-another-type",
        "With what code are invocation parameters of another task type refused?",
        lambda _, window_id: targetless(window_id, TaskInvocationParameters={"StepFunctions": {"Input": "{}"}}),
        INVALID,
    ),
    _registers(
        "rates-without-targets",
        "With what code are rates refused on a task without targets?",
        lambda _, window_id: targetless(window_id, MaxConcurrency="1", MaxErrors="1"),
        INVALID,
    ),
    _registers(
        "eleven-window-targets",
        "With what code are 11 window targets of a task refused?",
        lambda _, window_id: command(
            window_id,
            Targets=[{"Key": "WindowTargetIds", "Values": [f"{n:08x}-0000-4000-8000-{n:012x}" for n in range(11)]}],
        ),
        INVALID,
    ),
    _registers(
        "document-of-another-type",
        "Does an AUTOMATION task register with a Command document?",
        lambda _, window_id: {**targetless(window_id), "TaskType": "AUTOMATION", "TaskArn": "AWS-RunShellScript"},
        "accepted",
    ),
    Question(
        "burst",
        f"When {BURST} tasks are registered at once: when can they be read, and what is throttled?",
        "All can be read at once, and nothing is throttled",
        _burst,
    ),
)
