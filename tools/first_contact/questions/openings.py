"""What happens when a window opens: a window of this run opens once, with tasks that fail and change nothing.

The function that one task names does not exist, the runbooks wait for a second or read their own description, and the
command has a tag that no node has. AWS runs them under its own service-linked role.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from .question import Finding, Question, compare, no_answer
from .tasks import empty_target

if TYPE_CHECKING:
    from tools.first_contact.account import Account

LEAD = timedelta(minutes=5)
"""How long before its opening the window is made."""
PAUSE = 15
"""Seconds between two looks."""
PATIENCE = timedelta(minutes=15)
"""How long the run of the window is waited for, after the lead."""
_ENDED = {"SUCCESS", "FAILED", "TIMED_OUT", "CANCELLED", "SKIPPED_OVERLAPPING"}


@dataclass
class Opening:
    """What was seen of one opening."""

    status: str = ""
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The row of each task, by the name of the task."""
    invocations: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)


def _open(account: Account) -> Opening:
    """Make a window that opens once, wait for the end of its run, and read what is left of it."""
    opens = datetime.now(UTC) + LEAD
    window_id = account.need(
        "CreateMaintenanceWindow",
        Name=account.name("opening"),
        Schedule=f"at({opens:%Y-%m-%dT%H:%M:00})",
        Duration=1,
        Cutoff=0,
        AllowUnassociatedTargets=True,
        Tags=account.tags,
    )["WindowId"]
    queue = _listen(account, window_id)
    names = _fill(account, window_id)
    seen = Opening()
    for _ in range(1 if account.dry else int((LEAD + PATIENCE).total_seconds()) // PAUSE):
        account.sleep(PAUSE)
        runs = account.need("DescribeMaintenanceWindowExecutions", WindowId=window_id).get("WindowExecutions", [])
        if runs and runs[0].get("Status") in _ENDED:
            _read(account, runs[0], names, seen)
            break
    # It must not open again, whatever the schedule says.
    account.need("UpdateMaintenanceWindow", WindowId=window_id, Enabled=False)
    seen.events = _events(account, queue)
    account.need("DeleteMaintenanceWindow", WindowId=window_id)
    return seen


def _fill(account: Account, window_id: str) -> dict[str, str]:
    """Register the tasks: three that fail or find nothing, then one that succeeds. Give their names by id."""
    nowhere = empty_target(account, window_id)
    rates = {"MaxConcurrency": "1", "MaxErrors": "0"}
    tasks = {
        "function": {"TaskType": "LAMBDA", "TaskArn": f"SSM-{account.name('no-function')}", "Priority": 1},
        "runbook": {"TaskType": "AUTOMATION", "TaskArn": _runbook(account, "failing", fails=True), "Priority": 1},
        "command": {
            "TaskType": "RUN_COMMAND",
            "TaskArn": "AWS-RunShellScript",
            "Priority": 1,
            "Targets": [{"Key": "WindowTargetIds", "Values": [nowhere]}],
            "TaskInvocationParameters": {"RunCommand": {"Parameters": {"commands": ["true"]}}},
            **rates,
        },
        "later": {"TaskType": "AUTOMATION", "TaskArn": _runbook(account, "waiting", fails=False), "Priority": 2},
    }
    names = {}
    for name, task in tasks.items():
        answer = account.need("RegisterTaskWithMaintenanceWindow", WindowId=window_id, Name=f"contact-{name}", **task)
        names[str(answer["WindowTaskId"])] = name
    return names


def _runbook(account: Account, what: str, *, fails: bool) -> str:
    """Make a runbook that waits for a second, or one that expects something of itself which is never true."""
    name = account.name(what)
    step: dict[str, Any] = {"name": "wait", "action": "aws:sleep", "inputs": {"Duration": "PT1S"}}
    if fails:
        step = {
            "name": "expect",
            "action": "aws:assertAwsResourceProperty",
            "inputs": {
                "Service": "ssm",
                "Api": "DescribeDocument",
                "Name": name,
                "PropertySelector": "$.Document.Status",
                "DesiredValues": ["Never"],
            },
        }
    content = json.dumps({"schemaVersion": "0.3", "mainSteps": [step]})
    account.need("CreateDocument", Name=name, Content=content, DocumentType="Automation", Tags=account.tags)
    return name


def _listen(account: Account, window_id: str) -> str:
    """Make a queue, and a rule that sends it the events of the window, and of no other."""
    name = account.name("events")
    tags = {tag["Key"]: tag["Value"] for tag in account.tags}
    queue = str(account.need("CreateQueue", QueueName=name, tags=tags)["QueueUrl"])
    attributes = account.need("GetQueueAttributes", QueueUrl=queue, AttributeNames=["QueueArn"]).get("Attributes", {})
    arn = attributes.get("QueueArn", "the ARN of the queue")
    pattern = {"source": ["aws.ssm"], "detail": {"window-id": [window_id]}}
    rule = account.need("PutRule", Name=name, EventPattern=json.dumps(pattern), Tags=account.tags)
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": arn,
                "Condition": {"ArnEquals": {"aws:SourceArn": rule.get("RuleArn", "the ARN of the rule")}},
            }
        ],
    }
    account.need("SetQueueAttributes", QueueUrl=queue, Attributes={"Policy": json.dumps(policy)})
    account.need("PutTargets", Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
    return queue


def _read(account: Account, run: dict[str, Any], names: dict[str, str], seen: Opening) -> None:
    run_id = run["WindowExecutionId"]
    seen.status = run["Status"]
    rows = account.need("DescribeMaintenanceWindowExecutionTasks", WindowExecutionId=run_id)
    for row in rows.get("WindowExecutionTaskIdentities", []):
        invocations = account.need(
            "DescribeMaintenanceWindowExecutionTaskInvocations",
            WindowExecutionId=run_id,
            TaskId=row["TaskExecutionId"],
        ).get("WindowExecutionTaskInvocationIdentities", [])
        name = names.get(str(row.get("WindowTaskId", "")), _by_work(row))
        seen.tasks[name], seen.invocations[name] = row, invocations


def _by_work(row: dict[str, Any]) -> str:
    """Name a row that does not say which task it is of, by what the task runs."""
    ends = {"no-function": "function", "failing": "runbook", "waiting": "later", "AWS-RunShellScript": "command"}
    work = str(row.get("TaskArn", ""))
    return next((name for end, name in ends.items() if work.endswith(end)), work)


def _events(account: Account, queue: str) -> list[dict[str, Any]]:
    """Take the events from the queue, until it is empty."""
    events = []
    while messages := account.need("ReceiveMessage", QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=1).get(
        "Messages"
    ):
        events += [json.loads(message["Body"]) for message in messages]
        if len(events) > 500:  # the queue of another run, or of something that never ends
            break
    return events


def _later_task(account: Account) -> Finding:
    seen = account.once("opening", _open)
    if not seen.tasks:
        return no_answer("the window did not open")
    failed = sorted(name for name, row in seen.tasks.items() if row.get("Status") == "FAILED")
    if not failed:
        return no_answer("no task failed")
    later = seen.tasks.get("later")
    told = f"{', '.join(failed)} failed; the later task {'ran: ' + str(later.get('Status')) if later else 'has no row'}"
    return compare(told, holds=later is not None)


def _status_of(task: str, expected: str, account: Account) -> Finding:
    seen = account.once("opening", _open)
    if task not in seen.tasks:
        return no_answer("the window did not open" if not seen.tasks else "the task has no row")
    row = seen.tasks[task]
    told = f"{row.get('Status')} {row.get('StatusDetails', '')}".strip()
    return compare(told, holds=row.get("Status") == expected)


def _no_nodes(account: Account) -> Finding:
    return _status_of("command", "SUCCESS", account)


def _missing_function(account: Account) -> Finding:
    return _status_of("function", "FAILED", account)


def _run(account: Account) -> Finding:
    seen = account.once("opening", _open)
    if not seen.status:
        return no_answer("the window did not open")
    return compare(seen.status, holds=seen.status == "FAILED")


def _what_events_say(account: Account) -> Finding:
    """Count the statuses of each kind of event about the tasks."""
    seen = account.once("opening", _open)
    if not seen.events:
        return no_answer("no event came")
    kinds = Counter(
        f"{str(event.get('detail-type', '')).removeprefix('Maintenance Window ')}: {event['detail'].get('status')}"
        for event in seen.events
    )
    failed = any("Task Execution" in kind and kind.endswith("FAILED") for kind in kinds)
    return compare("; ".join(f"{count} x {kind}" for kind, count in sorted(kinds.items())), holds=failed)


_MINUTES = 20

QUESTIONS = (
    Question(
        "after-a-failed-priority",
        "Does a task of a lower priority start after one that failed?",
        "it starts",
        _later_task,
        _MINUTES,
        opens_a_window=True,
    ),
    Question(
        "no-targets",
        "What is the status of a task whose targets match no node?",
        "SUCCESS",
        _no_nodes,
        _MINUTES,
        opens_a_window=True,
    ),
    Question(
        "missing-function",
        "What is the status of a task whose function does not exist?",
        "FAILED",
        _missing_function,
        _MINUTES,
        opens_a_window=True,
    ),
    Question(
        "run-with-a-failed-task", "What is the status of the run then?", "FAILED", _run, _MINUTES, opens_a_window=True
    ),
    Question(
        "events-of-failures",
        "What do events say of tasks that failed?",
        "an event of the task with the status FAILED",
        _what_events_say,
        _MINUTES,
        opens_a_window=True,
    ),
)
