"""Programs under Pulumi's mocks, with the resources that they register."""

import json
from dataclasses import dataclass, field

import pulumi
import pulumi.runtime
from pulumi.runtime.mocks import MockMonitor
from tests.event_loops import own_event_loop

ACCOUNT, REGION = "123456789012", "us-east-1"
TASK = "pulumi-python:dynamic/ssm:MaintenanceWindowTask"
PROJECT, STACK = "shop", "dev"

_ANSWERS = {
    "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": ACCOUNT},
    "aws:index/getRegion:getRegion": {"region": REGION, "name": REGION},
}
# ARNs as AWS forms them, from the name, for the types whose ARN a component or a policy uses.
_ARNS = {
    "aws:cloudwatch/eventRule:EventRule": f"events:{REGION}:{ACCOUNT}:rule/",
    "aws:cloudwatch/logGroup:LogGroup": f"logs:{REGION}:{ACCOUNT}:log-group:",
    "aws:cloudwatch/metricAlarm:MetricAlarm": f"cloudwatch:{REGION}:{ACCOUNT}:alarm:",
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": f"iam::{ACCOUNT}:oidc-provider/",
    "aws:iam/policy:Policy": f"iam::{ACCOUNT}:policy/",
    "aws:iam/role:Role": f"iam::{ACCOUNT}:role/",
    "aws:kms/key:Key": f"kms:{REGION}:{ACCOUNT}:key/",
    "aws:lambda/function:Function": f"lambda:{REGION}:{ACCOUNT}:function:",
    "aws:s3/bucket:Bucket": "s3:::",
    "aws:scheduler/schedule:Schedule": f"scheduler:{REGION}:{ACCOUNT}:schedule/default/",
    "aws:scheduler/scheduleGroup:ScheduleGroup": f"scheduler:{REGION}:{ACCOUNT}:schedule-group/",
    "aws:sfn/stateMachine:StateMachine": f"states:{REGION}:{ACCOUNT}:stateMachine:",
    "aws:sns/topic:Topic": f"sns:{REGION}:{ACCOUNT}:",
    "aws:sqs/queue:Queue": f"sqs:{REGION}:{ACCOUNT}:",
    "aws:ssm/document:Document": f"ssm:{REGION}:{ACCOUNT}:document/",
    "aws:ssm/patchBaseline:PatchBaseline": f"ssm:{REGION}:{ACCOUNT}:patchbaseline/",
}
_STACK = "pulumi:pulumi:Stack"
# How the resource is made, and not what it is.
_MACHINERY = ("__provider", "__task", "idempotency_key")


@dataclass(frozen=True)
class Registered:
    """A resource as a program registers it."""

    type: str
    name: str
    parent: str | None
    inputs: dict = field(hash=False)

    def as_dict(self):
        """The resource for a golden file."""
        return {"type": self.type, "name": self.name, "parent": self.parent, "inputs": self.inputs}


class _Mocks(pulumi.runtime.Mocks):
    """Answers with the inputs, a name and an ARN."""

    def __init__(self, partition):
        self.made, self.partition = [], partition

    def new_resource(self, args):
        self.made.append(args)
        name = args.inputs.get("name") or args.inputs.get("bucket") or f"{args.name}-1234567"
        arn = f"arn:{self.partition}:{_ARNS[args.typ]}{name}" if args.typ in _ARNS else None
        computed = {"arn": arn, "name": name, "bucket": name, "window_task_id": f"id-of-{args.name}"}
        computed |= {"version": "1", "defaultVersion": "1"}
        return args.resource_id or f"id-of-{args.name}", {**computed, **args.inputs}

    def call(self, args):
        if args.token == "aws:index/getPartition:getPartition":
            return {"partition": self.partition, "dnsSuffix": "amazonaws.com"}
        return _ANSWERS[args.token]


class _Monitor(MockMonitor):
    """Remembers parents, which mocks do not get."""

    def __init__(self, mocks):
        super().__init__(mocks)
        self.parents = {}

    def RegisterResource(self, request):  # noqa: N802 - the name in Pulumi's protocol
        *_, types, name = request.parent.split("::") if request.parent else (_STACK, "")
        kind = types.rpartition("$")[2]
        self.parents[request.type, request.name] = None if kind == _STACK else f"{kind.rpartition(':')[2]} {name}"
        return super().RegisterResource(request)


def run(program, *, project=PROJECT, stack=STACK, config=None, preview=False, partition="aws"):
    """Run a program and give the resources that it registers."""
    settings = {"project": project, "stack": stack, "config": config, "preview": preview, "partition": partition}
    mocks, monitor = run_unread(program, **settings)
    return [
        Registered(made.typ, made.name, monitor.parents[made.typ, made.name], _plain(made.inputs))
        for made in mocks.made
        if (made.typ, made.name) in monitor.parents
    ]


def run_unread(program, *, project=PROJECT, stack=STACK, config=None, preview=False, partition="aws"):
    """Run a program, and give its mocks and its monitor as they are."""
    mocks = _Mocks(partition)
    monitor = _Monitor(mocks)

    @pulumi.runtime.test
    def under_mocks():
        program()

    with own_event_loop():
        pulumi.runtime.set_mocks(mocks, project=project, stack=stack, preview=preview, monitor=monitor)
        pulumi.runtime.set_all_config(config or {})
        under_mocks()
    return mocks, monitor


def _plain(inputs):
    return {name: _readable(value) for name, value in inputs.items() if value is not None and name not in _MACHINERY}


def _readable(value):
    """Documents in JSON as what they hold, and folders as where they are."""
    if isinstance(value, pulumi.FileArchive):
        return value.path
    if isinstance(value, str) and value.startswith("{") and not value.startswith("{{"):
        return json.loads(value)
    return value
