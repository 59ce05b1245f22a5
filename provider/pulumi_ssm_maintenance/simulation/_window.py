"""A maintenance window as the simulation reads it: its hours, its targets and its tasks."""

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Literal, TypeAlias

from ._errors import RehearsalError

TaskType: TypeAlias = Literal["RUN_COMMAND", "AUTOMATION", "LAMBDA", "STEP_FUNCTIONS"]
CutoffBehavior: TypeAlias = Literal["CONTINUE_TASK", "CANCEL_TASK"]

LONGEST = 24
"""Hours that a window lasts at most."""


@dataclass(frozen=True, slots=True)
class Target:
    """Targets of a window, or the node ids of a task.

    Each key narrows the choice; the values of a key are alternatives.
    """

    keys: Mapping[str, Sequence[str]]
    """`InstanceIds`, `tag:<key>`, `tag-key`, `resource-groups:Name` or `resource-groups:ResourceTypeFilters`."""
    _: KW_ONLY
    id: str = ""
    """The id of the window target; empty for the node ids of a task."""
    owner_information: str = ""
    """What the window target's owner wrote on it."""

    @property
    def is_group(self) -> bool:
        """Whether it is a resource group."""
        return any(key.startswith("resource-groups:") for key in self.keys)

    @property
    def resource_type(self) -> str:
        """`INSTANCE` or `RESOURCE_GROUP`."""
        return "RESOURCE_GROUP" if self.is_group else "INSTANCE"

    @property
    def ids(self) -> Sequence[str] | None:
        """The node ids that it names one by one, or None."""
        return self.keys.get("InstanceIds")


@dataclass(frozen=True, slots=True)
class Notifications:
    """What Run Command publishes to a topic."""

    topic_arn: str
    events: Sequence[str] = ("All",)
    """`All`, or some of `InProgress`, `Success`, `TimedOut`, `Cancelled` and `Failed`."""
    type: Literal["Command", "Invocation"] = "Command"
    """`Invocation` publishes for each node, `Command` for the command as a whole."""


@dataclass(frozen=True, slots=True)
class OutputPlace:
    """Where Run Command writes what commands print."""

    bucket: str = ""
    """The S3 bucket; empty for none."""
    prefix: str = ""
    log_group: str = ""
    """The log group of CloudWatch Logs; empty for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task of the window."""

    name: str
    type: TaskType = "RUN_COMMAND"
    arn: str = "AWS-RunPatchBaseline"
    """The document, the function or the state machine."""
    id: str = ""
    targets: Sequence[Target] = ()
    """Where it runs. They are served one after the other. None: it runs once, which RUN_COMMAND cannot."""
    priority: int = 0
    """Lower numbers run earlier, equal numbers side by side."""
    max_concurrency: str = "1"
    """How many nodes at once, a number or a share such as `10%`."""
    max_errors: str = "0"
    """How many errors are tolerated, a number or a share such as `10%`."""
    cutoff_behavior: CutoffBehavior = "CONTINUE_TASK"
    alarm: str | None = None
    """The name of the CloudWatch alarm that stops the task."""
    ignore_poll_alarm_failure: bool = False
    """Whether the task goes on when the state of its alarm cannot be read."""
    parameters: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """What the document, function or state machine gets, with pseudo parameters in its texts."""
    timeout_seconds: int = 3600
    """How long a command may take to start on a node."""
    execution_timeout_seconds: int = 3600
    """How long the document lets its work on a node take."""
    notifications: Notifications | None = None
    output: OutputPlace = field(default_factory=OutputPlace)
    """Where what a command prints is written to."""
    service_role_arn: str = ""
    document_version: str = ""
    """The version of the document that runs."""
    runbook: Mapping[str, Any] | None = field(default=None, repr=False)
    """The content of the runbook of an AUTOMATION task. Without it, the run has no steps."""

    def __post_init__(self) -> None:
        if self.type == "RUN_COMMAND" and not self.targets:
            raise RehearsalError(f"task {self.name!r}: a RUN_COMMAND task needs targets")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A maintenance window with everything registered in it."""

    tasks: Sequence[Task]
    duration: float = 4
    """Hours from the opening to the end."""
    cutoff: float = 1
    """Hours before the end from which no task starts."""
    id: str = "mw-0123456789abcdef0"
    name: str = "window"
    enabled: bool = True
    account_id: str = "123456789012"
    region: str = "us-east-1"
    timezone: str = "UTC"
    """The time zone of its schedule, in which pictures and texts show when it opens."""

    def __post_init__(self) -> None:
        if not 0 <= self.cutoff < self.duration <= LONGEST:
            raise RehearsalError(
                f"window {self.name!r}: cutoff {self.cutoff:g} and duration {self.duration:g}; "
                f"allowed: hours, the cutoff less than the duration, at most {LONGEST}"
            )

    def arn(self, service: str, resource: str) -> str:
        """The ARN of something in the window's account and region."""
        return f"arn:{_partition(self.region)}:{service}:{self.region}:{self.account_id}:{resource}"


@dataclass(frozen=True, slots=True)
class OtherRun:
    """A run of this window or of another one, in the same account and region."""

    window: str
    """The id of its window."""
    started: datetime
    ended: datetime | None = None
    """When it ends; None for one that never does."""

    def is_under_way(self, when: datetime) -> bool:
        """Whether it has started and has not ended then."""
        return self.started <= when and (self.ended is None or when < self.ended)


@cache
def _partition(region: str) -> str:
    return next((partition for prefix, partition in _PARTITIONS.items() if region.startswith(prefix)), "aws")


_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
