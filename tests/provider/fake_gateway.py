"""SSM as its documentation describes it, in memory, in the place of the gateway.

What AWS does is kept apart from what goes wrong on the way: lag before a new task can be read, answers that are
lost after the effect, refusals. Removing a task takes effect at once, however late it would have become readable.
"""

from collections import deque
from dataclasses import dataclass, field

from pulumi_ssm_maintenance.aws.read_delay import ReadDelay
from pulumi_ssm_maintenance.core.identity import Account, TaskId
from pulumi_ssm_maintenance.errors import AccessDeniedError, TaskNotFoundError, TokenMismatchError, UnavailableError

ACCOUNT = Account("111122223333", "aws")
OTHER_ACCOUNT = Account("444455556666", "aws")
SERVICE_LINKED_ROLE = "arn:aws:iam::111122223333:role/aws-service-role/ssm.amazonaws.com/AWSServiceRoleForAmazonSSM"


class Clock:
    """Time that passes by sleeping only; stands for the module `time`."""

    def __init__(self):
        self.now = 0.0

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds


@dataclass
class Call:
    """One call that reached AWS."""

    operation: str
    window_task_id: str | None = None
    request: dict = field(default_factory=dict)
    token: str | None = None


class FakeGateway:
    """The calls that `_gateway.Gateway` offers, for one account and region."""

    region = "eu-west-1"

    def __init__(self, clock=None):
        self.clock = clock or Clock()
        self.read_delay = ReadDelay()
        self.lag = 0.0
        """How many seconds pass before a new task can be read."""
        self.writes_lag = False
        """Whether updates and removals do not find a new task either, until it can be read."""
        self.caller = ACCOUNT
        """None: STS does not say."""
        self.faults = {}
        """By operation: for each of the next calls an error, raised before the effect, or `LOST`, or None."""
        self.calls = []
        self.most_alive = 0
        self._alive = {}
        self._readable_from = {}
        self._tokens = {}
        self._named = 0

    @property
    def alive(self):
        """The ids of the tasks that would run."""
        return sorted(self._alive)

    def operations(self):
        return [call.operation for call in self.calls]

    def fail(self, operation, *faults):
        self.faults[operation] = deque(faults)

    def change(self, window_task_id, **fields):
        """Change a task behind the program's back; None clears a field."""
        task = self._alive[window_task_id] | fields
        self._alive[window_task_id] = {name: value for name, value in task.items() if value is not None}

    def seed(self, request):
        """Put a task there that nobody here has registered."""
        return self._add(request)

    def remove(self, window_task_id):
        """Remove a task behind the program's back."""
        del self._alive[window_task_id]

    def register(self, request, token, redact):
        self.calls.append(Call("register", None, request, token))
        lost = self._strike("register")
        known = self._tokens.get(token)
        if known and known[1] != request:
            raise TokenMismatchError(**_facts("create", request["WindowId"], "IdempotentParameterMismatch"))
        task = known[0] if known else self._add(request)
        self._tokens[token] = task, request
        return self._answer(lost, "create", task)

    def get(self, task, redact):
        self.calls.append(Call("get", task.window_task_id))
        lost = self._strike("get")
        held = self._find("read", task)
        if self.clock.monotonic() < self._readable_from[task.window_task_id]:
            raise TaskNotFoundError(**_facts("read", task, "DoesNotExistException"))
        return self._answer(lost, "read", answer(held))

    def update(self, task, fields, redact):
        self.calls.append(Call("update", task.window_task_id, fields))
        lost = self._strike("update")
        held = self._find("update", task)
        kept = {name: held[name] for name in ("WindowId", "TaskType")}
        self._alive[task.window_task_id] = kept | fields
        answered = {name: value for name, value in answer(kept | fields).items() if name != "TaskType"}
        return self._answer(lost, "update", answered)

    def deregister(self, task, redact):
        self.calls.append(Call("deregister", task.window_task_id))
        lost = self._strike("deregister")
        self._find("delete", task)
        del self._alive[task.window_task_id]
        self._answer(lost, "delete", None)

    def account(self):
        return self.caller

    def ask_account(self):
        pass

    def _add(self, request):
        self._named += 1
        task = TaskId(request["WindowId"], f"00000000-0000-4000-8000-{self._named:012}")
        self._alive[task.window_task_id] = request
        self._readable_from[task.window_task_id] = self.clock.monotonic() + self.lag
        self.most_alive = max(self.most_alive, len(self._alive))
        return task

    def _find(self, action, task):
        held = self._alive.get(task.window_task_id)
        late = self.writes_lag and held and self.clock.monotonic() < self._readable_from[task.window_task_id]
        if held is None or held["WindowId"] != task.window_id or late:
            raise TaskNotFoundError(**_facts(action, task, "DoesNotExistException"))
        return held

    def _strike(self, operation):
        fault = self.faults[operation].popleft() if self.faults.get(operation) else None
        if isinstance(fault, Exception):
            raise fault
        return fault is LOST

    def _answer(self, lost, action, value):
        if lost:
            raise UnavailableError(**_facts(action, "", "ConnectionClosedError"))
        return value


LOST = object()
"""The fault of an answer that is lost after the effect."""


def denied(action):
    """The refusal of a call to somebody who may not make it."""
    return AccessDeniedError(**_facts(action, "", "AccessDeniedException"))


def answer(request):
    """What AWS tells of a task: what was set, and its own placeholders for what was left out.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/maintenance-windows-targetless-tasks.html
    https://docs.aws.amazon.com/cli/latest/reference/ssm/get-maintenance-window-task.html
    """
    rates = {} if request.get("Targets") else {"MaxConcurrency": "1", "MaxErrors": "1"}
    given = {"TaskParameters": {}, "Priority": 0, "ServiceRoleArn": SERVICE_LINKED_ROLE, "Targets": []}
    return {**rates, **given, **request}


def _facts(action, task, code):
    return {"action": action, "task": str(task), "code": code, "detail": "as AWS says", "next_step": "Do that."}
