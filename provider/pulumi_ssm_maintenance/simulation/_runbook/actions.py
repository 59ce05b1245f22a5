"""What the actions of runbooks do.

https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-actions.html
"""

import json
import re
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from pulumi_ssm_maintenance.simulation._nodes import Node
from pulumi_ssm_maintenance.simulation._rehearsal import CommandRun, Message, StepRun
from pulumi_ssm_maintenance.simulation._run.targets import resolve
from pulumi_ssm_maintenance.simulation._window import Notifications, OutputPlace, Target
from pulumi_ssm_maintenance.simulation._work import Call, Outcome, Sending, Wait

from .action_error import ActionError
from .aws import Aws, Script
from .conditions import holds
from .content import Step
from .selectors import select
from .values import as_plain, as_text

_POLL = timedelta(seconds=5)
_MINUTES = {
    "aws:changeInstanceState": 1.0,
    "aws:createImage": 5.0,
    "aws:executeStateMachine": 1.0,
    "aws:invokeLambdaFunction": 1.0,
}
"""How long an action takes, where `outcomes` does not say it. All others take no time of their own."""
_API_INPUTS = frozenset({"Service", "Api", "PropertySelector", "DesiredValues"})
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_INVALID_ID = "An error occurred (InvalidInstanceId) when calling the SendCommand operation"
_UNEXPECTED = (
    "Step fails when it is verifying the command has completed. Command {id} returns unexpected invocation result: "
    "{{Status=[{status}], OutputPayload=[], CommandId=[{id}]}}. Please refer to Automation Service Troubleshooting "
    "Guide for more diagnosis details."
)


@dataclass(slots=True)
class Doing:
    """A step that is being done."""

    step: Step
    inputs: Mapping[str, Any]
    """The inputs, with all references filled in."""
    call: Call
    aws: Aws | None
    outcome: Outcome | None
    """The outcome that the user gave for the step."""
    record: StepRun
    wait_for_people: Callable[[], None]
    """Notes that the run waits for people."""

    @property
    def now(self) -> datetime:
        """The time."""
        return self.call.around.now

    @property
    def minutes(self) -> timedelta:
        """How long the action takes."""
        given = self.outcome.minutes if self.outcome else None
        return timedelta(minutes=given if given is not None else _MINUTES.get(self.step.action, 0))

    def need_aws(self) -> Aws:
        """Return the AWS that the action works on."""
        if self.aws is None:
            raise ActionError(f"{self.step.action} needs an AWS: rehearse the window with LocalAws.rehearse")
        return self.aws


@dataclass(frozen=True, slots=True)
class Done:
    """What an action came to."""

    outputs: Mapping[str, Any] = field(default_factory=dict)
    """The outputs that each such action has."""
    answer: Any = None
    """What the selectors of the step's own outputs look into."""
    next_step: str | None = None
    """The step that a branch chose."""


Action: TypeAlias = Callable[[Doing], Generator[timedelta | Wait | None, datetime, Done]]


def _sleep(doing: Doing) -> Generator[timedelta | Wait | None, datetime, Done]:
    if "Timestamp" in doing.inputs:
        until = datetime.fromisoformat(doing.inputs["Timestamp"])
        yield max(until - doing.now, timedelta())
    else:
        yield _duration(str(doing.inputs["Duration"]))
    return Done()


def _pause(doing: Doing) -> Generator[timedelta | Wait | None, datetime, Done]:
    doing.wait_for_people()
    yield doing.minutes
    return Done()


def _approve(doing: Doing) -> Generator[timedelta | Wait | None, datetime, Done]:
    inputs = doing.inputs
    text = json.dumps({"message": inputs.get("Message", ""), "approvers": inputs.get("Approvers", [])})
    if topic := inputs.get("NotificationArn"):
        doing.call.around.publish(Message(doing.now, topic, "Automation approval", text))
    doing.wait_for_people()
    yield doing.minutes
    return Done({"ApprovalStatus": "Approved", "ApproverDecisions": []})


def _branch(doing: Doing) -> Generator[timedelta | Wait | None, datetime, Done]:
    yield from ()
    choices = doing.inputs.get("Choices") or []
    chosen = next((choice["NextStep"] for choice in choices if holds(choice)), doing.inputs.get("Default"))
    return Done(next_step=chosen)


def _run_command(doing: Doing) -> Generator[timedelta | Wait | None, datetime, Done]:
    call, inputs = doing.call, doing.inputs
    document, parameters = str(inputs["DocumentName"]), _lists(inputs.get("Parameters") or {})
    nodes, targets = _addressed(call, inputs)
    sending = Sending(
        name=call.task.name,
        step=doing.step.name,
        document=document,
        document_version=str(inputs.get("DocumentVersion", "")),
        parameters=parameters,
        targets=targets,
        max_concurrency=str(inputs.get("MaxConcurrency", "50")),
        max_errors=str(inputs.get("MaxErrors", "0")),
        timeout_seconds=int(inputs.get("TimeoutSeconds", 3600)),
        execution_timeout_seconds=doing.aws.execution_timeout(document, parameters) if doing.aws else 3600,
        notifications=_notifications(inputs),
        output=_output_place(inputs, document),
        comment=str(inputs.get("Comment", "")),
        service_role_arn=str(inputs.get("ServiceRoleArn", "")),
    )
    command, pending = call.around.send_command(sending, nodes)
    yield Wait(pending)
    if command.status != "Success":
        raise ActionError(_UNEXPECTED.format(id=command.id, status=command.status_details))
    return Done(_of_command(command))


def _addressed(call: Call, inputs: Mapping[str, Any]) -> tuple[list[Node], Mapping[str, Sequence[str]] | None]:
    around = call.around
    if "InstanceIds" in inputs:
        nodes = [around.nodes.get(node_id) for node_id in _listed(inputs["InstanceIds"])]
        existing = [node for node in nodes if node is not None and not node.terminated]
        if len(existing) < len(nodes):
            raise ActionError(_INVALID_ID)
        return existing, None
    keys = {target["Key"]: target["Values"] for target in inputs.get("Targets") or []}
    return resolve(Target(keys), around.nodes, call.minute(around.now)), keys


def _of_command(command: CommandRun) -> dict[str, Any]:
    printed = "".join(run.output for run in command.nodes)
    return {
        "CommandId": command.id,
        "Status": command.status,
        "ResponseCode": 0,
        "Output": printed,
        "OutputPayload": "",
    }


def _notifications(inputs: Mapping[str, Any]) -> Notifications | None:
    config = inputs.get("NotificationConfig") or {}
    if not config.get("NotificationArn") or not inputs.get("ServiceRoleArn"):
        return None
    return Notifications(
        config["NotificationArn"], config.get("NotificationEvents", ["All"]), config.get("NotificationType", "Command")
    )


def _output_place(inputs: Mapping[str, Any], document: str) -> OutputPlace:
    logs = inputs.get("CloudWatchOutputConfig") or {}
    is_logged = str(logs.get("CloudWatchOutputEnabled", "false")).lower() == "true"
    group = str(logs.get("CloudWatchLogGroupName") or f"/aws/ssm/{document}") if is_logged else ""
    return OutputPlace(str(inputs.get("OutputS3BucketName", "")), str(inputs.get("OutputS3KeyPrefix", "")), group)


def _execute_script(doing: Doing) -> Generator[timedelta | Wait | None, datetime, Done]:
    inputs, step = doing.inputs, doing.step
    code = step.inputs.get("Script")
    if code is None:
        raise ActionError("the script is an attachment, which the rehearsal cannot read")
    where = f"step {step.name} of {doing.call.task.name}"
    script = Script(where, str(inputs["Runtime"]), str(inputs["Handler"]), str(code), inputs.get("InputPayload", {}))
    result = yield from doing.need_aws().run_script(doing.call.around, script)
    doing.record.log = result.log
    return Done({"OutputPayload": json.dumps({"Payload": result.payload})}, {"Payload": result.payload})


def _execute_api(doing: Doing) -> Generator[timedelta | Wait | None, datetime, Done]:
    yield from ()
    return Done(answer=_called(doing))


def _assert_property(doing: Doing) -> Generator[timedelta | Wait | None, datetime, Done]:
    yield from ()
    found, wanted = _property(doing), _wanted(doing)
    if found not in wanted:
        raise ActionError(f"The property is {found}; desired: {', '.join(wanted)}")
    return Done()


def _wait_for_property(doing: Doing) -> Generator[timedelta | Wait | None, datetime, Done]:
    while _property(doing) not in _wanted(doing):
        yield _POLL
    return Done()


def _property(doing: Doing) -> str:
    found = as_plain(select(doing.inputs["PropertySelector"], _called(doing)))
    return str(found) if isinstance(found, bool) else as_text(found) if found is not None else ""


def _wanted(doing: Doing) -> list[str]:
    return [str(value) for value in _listed(doing.inputs["DesiredValues"])]


def _called(doing: Doing) -> Mapping[str, Any]:
    parameters = {name: value for name, value in doing.inputs.items() if name not in _API_INPUTS}
    return doing.need_aws().call(doing.call.around, doing.inputs["Service"], doing.inputs["Api"], parameters)


def _create_image(doing: Doing) -> Generator[timedelta | Wait | None, datetime, Done]:
    names = ("InstanceId", "ImageName", "ImageDescription", "NoReboot", "BlockDeviceMappings")
    given = {name: doing.inputs[name] for name in names if name in doing.inputs}
    parameters = {name.replace("Image", "") if name != "InstanceId" else name: given[name] for name in given}
    if "NoReboot" in parameters:
        parameters["NoReboot"] = str(parameters["NoReboot"]).lower() == "true"
    image = doing.need_aws().call(doing.call.around, "ec2", "CreateImage", parameters)["ImageId"]
    yield doing.minutes
    return Done({"ImageId": image, "ImageState": "available"})


def _change_instance_state(doing: Doing) -> Generator[timedelta | Wait | None, datetime, Done]:
    apis = {"running": "StartInstances", "stopped": "StopInstances", "terminated": "TerminateInstances"}
    ids, state = _listed(doing.inputs["InstanceIds"]), str(doing.inputs["DesiredState"])
    if state not in apis:
        raise ActionError(f"DesiredState is {state!r}; allowed: {', '.join(apis)}")
    if str(doing.inputs.get("CheckStateOnly", "false")).lower() != "true":
        doing.need_aws().call(doing.call.around, "ec2", apis[state], {"InstanceIds": ids})
    yield doing.minutes
    for node_id in ids:
        doing.call.around.change_state(node_id, state)
    return Done({"InstanceStates": [state] * len(ids)})


def _invoke_function(doing: Doing) -> Generator[timedelta | Wait | None, datetime, Done]:
    yield doing.minutes
    return Done({"StatusCode": 200, "Payload": "null", "LogResult": "", "FunctionError": ""}, {"Payload": None})


def _execute_state_machine(doing: Doing) -> Generator[timedelta | Wait | None, datetime, Done]:
    yield doing.minutes
    return Done({"executionArn": doing.call.around.new_id()})


ACTIONS: Mapping[str, Action] = {
    "aws:approve": _approve,
    "aws:assertAwsResourceProperty": _assert_property,
    "aws:branch": _branch,
    "aws:changeInstanceState": _change_instance_state,
    "aws:createImage": _create_image,
    "aws:executeAwsApi": _execute_api,
    "aws:executeScript": _execute_script,
    "aws:executeStateMachine": _execute_state_machine,
    "aws:invokeLambdaFunction": _invoke_function,
    "aws:pause": _pause,
    "aws:runCommand": _run_command,
    "aws:sleep": _sleep,
    "aws:waitForAwsResourceProperty": _wait_for_property,
}
"""The actions that a rehearsal knows."""


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _lists(parameters: Mapping[str, Any]) -> dict[str, list[str]]:
    return {name: [as_text(item) for item in _listed(value)] for name, value in parameters.items()}


def _duration(text: str) -> timedelta:
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ActionError(f"Duration is {text!r}; allowed: such as PT10M")
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
