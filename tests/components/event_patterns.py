"""A matcher of EventBridge patterns, and the events that maintenance windows send.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
https://docs.aws.amazon.com/systems-manager/latest/userguide/reference-eventbridge-events.html
"""

WINDOW = "mw-0c50858d01abcdef0"
TARGET = "e32eecb2-646c-4f4b-8ed1-205fb1234567"
_PREFIX = "Maintenance Window"
_DETAIL = {"window-execution-id": "b60fb56e-776c-4e5c-84ee-b9fe1EXAMPLE", "window-id": WINDOW}
_TASK = {"task-execution-id": "6417e808-7f35-4d1a-843f-1EXAMPLE"}
_TIMES = {"start-time": "2026-11-14T01:00:00Z", "end-time": "2026-11-14T02:00:00Z"}
_INVOCATION = {"window-target-id": TARGET, "owner-information": "dev/canary"}


def matches(pattern, event):
    """Whether EventBridge would match: every key of the pattern is there, with one of its values."""
    return all(key in event and _matches_value(wanted, event[key]) for key, wanted in pattern.items())


def _matches_value(wanted, found):
    if isinstance(wanted, dict):
        return isinstance(found, dict) and matches(wanted, found)
    values = found if isinstance(found, list) else [found]
    return any(_matches_content(filtered, value) for filtered in wanted for value in values)


def _matches_content(wanted, value):
    if not isinstance(wanted, dict):
        return wanted == value
    ((operator, operand),) = wanted.items()
    if operator == "prefix":
        return value.startswith(operand)
    if operator == "anything-but":
        return value not in (operand if isinstance(operand, list) else [operand])
    raise NotImplementedError(operator)


def run_event(status, window=WINDOW):
    """A run of a window changes its status."""
    return _event(f"{_PREFIX} Execution State-change Notification", window, _TIMES | {"status": status})


def task_event(status, window=WINDOW):
    """A task of a run changes its status."""
    return _event(f"{_PREFIX} Task Execution State-change Notification", window, _TIMES | _TASK | {"status": status})


def invocation_event(status, window=WINDOW):
    """A task changes its status on one of its targets."""
    detail = _TIMES | _TASK | _INVOCATION | {"status": status}
    return _event(f"{_PREFIX} Task Target Invocation State-change Notification", window, detail)


def window_event(status, window=WINDOW):
    """A window is switched on or off."""
    return _event(f"{_PREFIX} State-change Notification", window, {"status": status})


def automation_event(status, definition, **detail):
    """An execution of a runbook changes its status."""
    detail = {
        "ExecutionId": "333ba70b-2333-48db-b17e-a5e69c6f4d1c",
        "Definition": definition,
        "Status": status,
    } | detail
    return {**_event("EC2 Automation Execution Status-change Notification", WINDOW, {}), "detail": detail}


def command_event(status, document):
    """A command changes its status on a node."""
    detail = {
        "command-id": "e8d3c0e4-71f7-4491-898f-c9b35EXAMPLE",
        "document-name": document,
        "instance-id": "i-0123456789abcdef0",
        "status": status,
    }
    return {**_event("EC2 Command Invocation Status-change Notification", WINDOW, {}), "detail": detail}


def _event(detail_type, window, detail):
    return {
        "version": "0",
        "id": "e88e0e6f-5a5f-4f0e-9a4e-0EXAMPLE",
        "detail-type": detail_type,
        "source": "aws.ssm",
        "account": "123456789012",
        "time": "2026-11-14T01:00:00Z",
        "region": "us-east-1",
        "resources": [f"arn:aws:ssm:us-east-1:123456789012:maintenancewindow/{window}"],
        "detail": _DETAIL | {"window-id": window} | detail,
    }
