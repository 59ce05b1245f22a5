"""Lambda functions, aliases and permissions, and Step Functions state machines."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pulumi_ssm_maintenance.testing.aws_plugin.aws.clients import Aws
from pulumi_ssm_maintenance.testing.aws_plugin.aws.shapes import Names
from pulumi_ssm_maintenance.testing.aws_plugin.aws.tags import TagCalls, by_id, by_property
from pulumi_ssm_maintenance.testing.aws_plugin.protocol.errors import PropertyError
from pulumi_ssm_maintenance.testing.aws_plugin.protocol.wire import Props
from pulumi_ssm_maintenance.testing.aws_plugin.resource_type import AutoName, Fields, ResourceType
from pulumi_ssm_maintenance.testing.aws_plugin.values import arn, at_least, length, number, one_of

_FUNCTION: Names = {"name": "FunctionName", "kmsKeyArn": "KMSKeyArn"}
_CODE = ("code", "s3Bucket", "s3Key", "s3ObjectVersion", "imageUri", "sourceCodeHash")


def _create_function(aws: Aws, inputs: Props) -> str:
    plain = {name: value for name, value in inputs.items() if name not in _CODE}
    aws.call("lambda", "create_function", plain, _FUNCTION, Code=_code(inputs), Publish=bool(inputs["publish"]))
    _reserve(aws, inputs["name"], {}, inputs)
    return str(inputs["name"])


def _read_function(aws: Aws, identity: str, _: Props) -> Props:
    answer = aws.ask("lambda", "get_function", _FUNCTION, FunctionName=identity)
    held: Props = answer["configuration"]
    reserved = (answer.get("concurrency") or {}).get("reservedConcurrentExecutions", -1)
    versions = aws.client("lambda").list_versions_by_function(FunctionName=identity)["Versions"]
    arn, version = held["functionArn"], versions[-1]["Version"]
    gateway = f"arn:{aws.partition}:apigateway:{aws.region}:lambda:path/2015-03-31/functions"
    return held | {
        "arn": arn,
        "version": version,
        "qualifiedArn": f"{arn}:{version}",
        "invokeArn": f"{gateway}/{arn}/invocations",
        "qualifiedInvokeArn": f"{gateway}/{arn}:{version}/invocations",
        "reservedConcurrentExecutions": reserved,
        "sourceCodeSize": held.get("codeSize"),
        "layers": [layer["arn"] for layer in held.get("layers") or ()],
    }


def _update_function(aws: Aws, identity: str, state: Props, new: Props) -> None:
    plain = {name: value for name, value in new.items() if name not in _CODE}
    reset = {"description": "", "layers": [], "environment": {"variables": {}}}
    aws.call("lambda", "update_function_configuration", reset | plain, _FUNCTION)
    client = aws.client("lambda")
    client.update_function_code(FunctionName=identity, Publish=bool(new["publish"]), **_code(new))
    _reserve(aws, identity, state, new)


def _delete_function(aws: Aws, identity: str, state: Props) -> None:
    if not state.get("skipDestroy"):
        aws.client("lambda").delete_function(FunctionName=identity)


def _reserve(aws: Aws, name: str, state: Props, new: Props) -> None:
    client, wanted = aws.client("lambda"), new["reservedConcurrentExecutions"]
    if wanted >= 0:
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=wanted)
    elif state.get("reservedConcurrentExecutions", -1) >= 0:
        client.delete_function_concurrency(FunctionName=name)


def _code(inputs: Props) -> dict[str, Any]:
    if archive := inputs.get("code"):
        return {"ZipFile": _zipped(archive)}
    names = {"s3Bucket": "S3Bucket", "s3Key": "S3Key", "s3ObjectVersion": "S3ObjectVersion"}
    return {member: inputs[name] for name, member in (names | {"imageUri": "ImageUri"}).items() if inputs.get(name)}


def _zipped(archive: Props) -> bytes:
    path = Path(archive.get("path") or "")
    if path.suffix in (".zip", ".jar"):
        return path.read_bytes()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as target:
        for name, content in _files(archive, ""):
            target.writestr(name, content)
    return packed.getvalue()


def _files(item: Props, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield the files of an archive: texts, files, folders, and archives inside it."""
    if "uri" in item:
        raise PropertyError("code: this stand-in for the aws plugin takes no archive from a URL")
    if (text := item.get("text")) is not None and "assets" not in item:
        yield name, text.encode()
    for inner, asset in (item.get("assets") or {}).items():
        yield from _files(asset, f"{name}/{inner}".strip("/").removeprefix("./"))
    if path := item.get("path"):
        root = Path(path)
        for file in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if file.is_file():
                inner = str(file.relative_to(root)) if root.is_dir() else ""
                yield f"{name}/{inner}".strip("/").removeprefix("./"), file.read_bytes()


def _create_alias(aws: Aws, inputs: Props) -> str:
    return str(aws.call("lambda", "create_alias", inputs)["AliasArn"])


def _read_alias(aws: Aws, _identity: str, known: Props) -> Props:
    function = known["functionName"]
    held = aws.ask("lambda", "get_alias", FunctionName=function, Name=known["name"])
    gateway = f"arn:{aws.partition}:apigateway:{aws.region}:lambda:path/2015-03-31/functions"
    arn = held["aliasArn"]
    return held | {"id": arn, "arn": arn, "functionName": function, "invokeArn": f"{gateway}/{arn}/invocations"}


def _update_alias(aws: Aws, _identity: str, _state: Props, new: Props) -> None:
    aws.call("lambda", "update_alias", {"description": ""} | new)


def _delete_alias(aws: Aws, _identity: str, state: Props) -> None:
    aws.client("lambda").delete_alias(FunctionName=state["functionName"], Name=state["name"])


def _import_alias(text: str) -> tuple[str, Props]:
    """Read `function/alias`."""
    function, slash, name = text.partition("/")
    return text, {"functionName": function, "name": name} if slash else {}


_PERMISSION: Names = {"function": "FunctionName", "principalOrgId": "PrincipalOrgID"}


def _add_permission(aws: Aws, inputs: Props) -> str:
    aws.call("lambda", "add_permission", inputs, _PERMISSION)
    return str(inputs["statementId"])


def _read_permission(aws: Aws, identity: str, known: Props) -> Props | None:
    arguments = {"FunctionName": known["function"]}
    if known.get("qualifier"):
        arguments["Qualifier"] = known["qualifier"]
    policy = json.loads(aws.client("lambda").get_policy(**arguments)["Policy"])
    statement = next((item for item in policy["Statement"] if item["Sid"] == identity), None)
    if statement is None:
        return None
    condition = statement.get("Condition") or {}
    principal = statement["Principal"]
    return {
        "statementId": identity,
        "function": known["function"],
        "qualifier": known.get("qualifier"),
        "action": statement["Action"],
        "principal": principal if isinstance(principal, str) else next(iter(principal.values())),
        "sourceArn": (condition.get("ArnLike") or {}).get("AWS:SourceArn"),
        "sourceAccount": (condition.get("StringEquals") or {}).get("AWS:SourceAccount"),
    }


def _remove_permission(aws: Aws, identity: str, state: Props) -> None:
    arguments = {"FunctionName": state["function"], "StatementId": identity}
    if state.get("qualifier"):
        arguments["Qualifier"] = state["qualifier"]
    aws.client("lambda").remove_permission(**arguments)


def _import_permission(text: str) -> tuple[str, Props]:
    """Read `function/statement`, or `function:qualifier/statement`."""
    function, slash, statement = text.rpartition("/")
    if not slash:
        return text, {}
    name, _colon, qualifier = function.partition(":") if not function.startswith("arn:") else (function, "", "")
    return statement, {"function": name} | ({"qualifier": qualifier} if qualifier else {})


def _create_machine(aws: Aws, inputs: Props) -> str:
    return str(aws.call("stepfunctions", "create_state_machine", _machine(inputs))["stateMachineArn"])


def _read_machine(aws: Aws, identity: str, _: Props) -> Props:
    held = aws.ask("stepfunctions", "describe_state_machine", stateMachineArn=identity)
    logging: Props = dict(held.get("loggingConfiguration") or {})
    for item in logging.pop("destinations", None) or ():
        logging["logDestination"] = item["cloudWatchLogsLogGroup"]["logGroupArn"]
    return held | {"arn": identity, "loggingConfiguration": logging or None}


def _update_machine(aws: Aws, identity: str, _: Props, new: Props) -> None:
    aws.call("stepfunctions", "update_state_machine", _machine(new), stateMachineArn=identity)


def _delete_machine(aws: Aws, identity: str, _: Props) -> None:
    aws.client("stepfunctions").delete_state_machine(stateMachineArn=identity)


def _machine(inputs: Props) -> Props:
    logging = dict(inputs.get("loggingConfiguration") or {})
    if destination := logging.pop("logDestination", None):
        logging["destinations"] = [{"cloudWatchLogsLogGroup": {"logGroupArn": destination}}]
    return inputs | {"loggingConfiguration": logging or None}


COMPUTE = (
    ResourceType(
        name="aws:lambda/function:Function",
        fields=Fields.parse(
            "name! role code^ s3Bucket^ s3Key^ s3ObjectVersion^ imageUri^ sourceCodeHash^ packageType! runtime"
            " handler description memorySize timeout environment layers architectures? deadLetterConfig"
            " tracingConfig? ephemeralStorage? loggingConfig? reservedConcurrentExecutions kmsKeyArn"
            " publish^ skipDestroy^ codeSha256?"
        ),
        defaults={
            "memorySize": 128,
            "packageType": "Zip",
            "publish": False,
            "reservedConcurrentExecutions": -1,
            "skipDestroy": False,
            "timeout": 3,
        },
        values={
            "description": length(0, 256),
            "memorySize": at_least(128),
            "packageType": one_of("Zip", "Image"),
            "role": arn,
            "timeout": number(1, 900),
        },
        auto_name=AutoName(max_length=64),
        tags=TagCalls("lambda", "list_tags", as_map=True).on(by_property("Resource", "arn")),
        renewed=frozenset({"version", "qualifiedArn", "qualifiedInvokeArn", "lastModified", "sourceCodeSize"}),
        create=_create_function,
        read=_read_function,
        update=_update_function,
        delete=_delete_function,
    ),
    ResourceType(
        name="aws:lambda/alias:Alias",
        fields=Fields.parse("name! functionName! functionVersion description routingConfig"),
        import_id=_import_alias,
        create=_create_alias,
        read=_read_alias,
        update=_update_alias,
        delete=_delete_alias,
    ),
    ResourceType(
        name="aws:lambda/permission:Permission",
        fields=Fields.parse(
            "function! action! principal! statementId!? statementIdPrefix!^ qualifier! sourceArn! sourceAccount!"
            " principalOrgId!^ eventSourceToken!^"
        ),
        auto_name=AutoName("statementId", max_length=100),
        values={"sourceArn": arn, "statementId": length(1, 100, r"[\w-]+")},
        import_id=_import_permission,
        create=_add_permission,
        read=_read_permission,
        delete=_remove_permission,
    ),
    ResourceType(
        name="aws:sfn/stateMachine:StateMachine",
        fields=Fields.parse(
            "name!? namePrefix!^ type! definition roleArn loggingConfiguration? tracingConfiguration?"
            " encryptionConfiguration? publish^"
        ),
        defaults={"type": "STANDARD", "publish": False},
        values={
            "definition": length(0, 1024 * 1024),
            "name": length(1, 80, r"[\w-]+"),
            "namePrefix": length(1, 80 - 26, r"[\w-]+"),
            "roleArn": arn,
            "type": one_of("STANDARD", "EXPRESS"),
        },
        tags=TagCalls("stepfunctions", held="tags", added="tags", removed="tagKeys", key="key", value="value").on(
            by_id("resourceArn")
        ),
        renewed=frozenset({"revisionId", "stateMachineVersionArn"}),
        create=_create_machine,
        read=_read_machine,
        update=_update_machine,
        delete=_delete_machine,
    ),
)
