"""The provider protocol: the messages of the engine, and the answers."""

import functools
import threading
from collections.abc import Callable, Iterable
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from . import inputs, lifecycle
from .aws.clients import Aws, Connection
from .aws.config import Config, read_config, unserved
from .protocol.errors import ConfigError, PluginError, UnknownTypeError
from .protocol.schema import schema
from .protocol.wire import Props, from_wire, has_unknown, to_wire
from .resource_type import ResourceType
from .values import wrong_values

_DIFF = provider_pb2.PropertyDiff


def _answers(method: Callable[..., Any]) -> Callable[..., Any]:
    """Turn an exception into one readable message for the engine."""

    @functools.wraps(method)
    def answer(self: "AwsProvider", request: Any, context: grpc.ServicerContext) -> Any:
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - see Connection

        try:
            return method(self, request, context)
        except (PluginError, ClientError, BotoCoreError) as error:
            context.abort(grpc.StatusCode.UNKNOWN, f"{method.__name__.lower()}: {error}")

    return answer


class AwsProvider(provider_pb2_grpc.ResourceProviderServicer):
    """The plugin for one provider instance."""

    def __init__(self) -> None:
        self._connection = Connection(Config())

    def Handshake(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - the protocol's
        """Accept no features, so that the engine sends secrets in plain text and marks them again itself."""
        return provider_pb2.ProviderHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - the protocol's
        """Answer with the version of the plugin that this one replaces."""
        from importlib.metadata import version  # noqa: PLC0415 - rarely asked

        return plugin_pb2.PluginInfo(version=version("pulumi_aws"))

    def GetSchema(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - the protocol's
        """Answer with an empty schema: programs use the generated pulumi_aws."""
        return provider_pb2.GetSchemaResponse(schema='{"name": "aws"}')

    def Cancel(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - the protocol's
        """Do nothing: no call takes long enough to be cancelled."""
        return Empty()

    def CheckConfig(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - the protocol's
        """Refuse settings that this stand-in does not support."""
        given = from_wire(request.news)
        failures = [
            provider_pb2.CheckFailure(
                property=name, reason=f"this stand-in for the aws plugin does not serve aws:{name}"
            )
            for name in unserved(given)
        ]
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    def DiffConfig(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - the protocol's
        """Update the provider in place when its configuration changed, as the real plugin does."""
        old, new = from_wire(request.old_inputs), from_wire(request.news)
        changed = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
        kind = provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(changes=kind, diffs=changed)

    @_answers
    def Configure(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - the protocol's
        """Read the configuration; the first resource that needs a connection makes it."""
        given = {name: value for name, value in from_wire(request.args).items() if not has_unknown(value)}
        self._connection = Connection(read_config(given))
        threading.Thread(target=_load_boto3, daemon=True).start()
        return provider_pb2.ConfigureResponse(supportsPreview=True)

    @_answers
    def Check(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - the protocol's
        """Refuse unknown properties and wrong values; add names and defaults."""
        kind, given = _kind(request.urn), from_wire(request.news)
        failures = [
            provider_pb2.CheckFailure(property=name, reason=reason) for name, reason in inputs.refusals(kind, given)
        ]
        naming = inputs.Naming(kind.name, request.urn.split("::", 3)[3], request.randomSeed)
        completed = inputs.completed(kind, given, from_wire(request.olds), naming, self._connection.config.region)
        failures += [
            provider_pb2.CheckFailure(property=name, reason=reason)
            for name, reason in wrong_values(kind.values, completed)
        ]
        return provider_pb2.CheckResponse(inputs=to_wire(completed), failures=failures)

    @_answers
    def Diff(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - the protocol's
        """Answer what an update would change, property by property."""
        old, new = from_wire(request.old_inputs), from_wire(request.news)
        default_tags = self._connection.config.default_tags
        new = _with_ignored(old, new, request.ignoreChanges)
        change = lifecycle.compare(_kind(request.urn), from_wire(request.olds), old, new, default_tags)
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME if change.properties else provider_pb2.DiffResponse.DIFF_NONE,
            diffs=change.properties,
            replaces=change.replaces,
            deleteBeforeReplace=change.delete_before_replace and bool(change.replaces),
            hasDetailedDiff=True,
            detailedDiff={
                name: _DIFF(kind=_diff_kind(old, new, name, replace=name in change.replaces), inputDiff=True)
                for name in change.properties
            },
        )

    @_answers
    def Create(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - the protocol's
        """Create the object; in a preview, answer its planned outputs."""
        kind, inputs = _kind(request.urn), from_wire(request.properties)
        if request.preview:
            planned = lifecycle.plan_create(kind, inputs, self._connection.config.default_tags)
            return provider_pb2.CreateResponse(properties=to_wire(planned))
        identity, outputs = lifecycle.create(kind, self._aws(kind, inputs), inputs)
        return provider_pb2.CreateResponse(id=identity, properties=to_wire(outputs))

    @_answers
    def Read(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - the protocol's
        """Read the object for a refresh, an import or a `get`; an empty id means that it does not exist."""
        kind, state = _kind(request.urn), from_wire(request.properties)
        inputs = from_wire(request.inputs)
        identity, named = (request.id, {}) if state else kind.import_id(request.id)
        state |= named
        found = lifecycle.read(kind, self._aws(kind, inputs | state), identity, state, inputs)
        if found is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=found.identity, properties=to_wire(found.outputs), inputs=to_wire(found.inputs)
        )

    @_answers
    def Update(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - the protocol's
        """Update the object in place; in a preview, answer its planned outputs."""
        kind, state, new = _kind(request.urn), from_wire(request.olds), from_wire(request.news)
        new = _with_ignored(state, new, request.ignoreChanges)
        if request.preview:
            planned = lifecycle.plan_update(kind, state, new, self._connection.config.default_tags)
            return provider_pb2.UpdateResponse(properties=to_wire(planned))
        old = from_wire(request.old_inputs)
        outputs = lifecycle.update(kind, self._aws(kind, new), request.id, state, old=old, new=new)
        return provider_pb2.UpdateResponse(properties=to_wire(outputs))

    @_answers
    def Delete(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - the protocol's
        """Delete the object."""
        kind, state = _kind(request.urn), from_wire(request.properties)
        lifecycle.delete(kind, self._aws(kind, state), request.id, state)
        return Empty()

    @_answers
    def Invoke(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - the protocol's
        """Answer a function such as `aws.get_caller_identity`."""
        from .invokes import INVOKES  # noqa: PLC0415 - loads boto3

        if request.tok not in INVOKES:
            raise UnknownTypeError(f"{request.tok}: this stand-in for the aws plugin has no such function")
        arguments = from_wire(request.args)
        answer = INVOKES[request.tok](self._connection.region(arguments.get("region")), arguments)
        reply: dict[str, Any] = {"return": to_wire(answer)}  # a reserved word in Python
        return provider_pb2.InvokeResponse(**reply)

    def _aws(self, kind: ResourceType, props: Props) -> Aws:
        """Connect to the region of a resource, by default that of the provider."""
        has_region = "region" in schema(kind.name).inputs
        if not has_region and not self._connection.config.region:
            raise ConfigError("no AWS region: set aws:region, the provider's `region`, or AWS_REGION")
        return self._connection.region(props.get("region") if has_region else None)


def _kind(urn: str) -> ResourceType:
    from .catalogue import CATALOGUE  # noqa: PLC0415 - loads boto3

    token = urn.split("::")[2].rpartition("$")[2]
    schema(token)
    if token not in CATALOGUE:
        raise UnknownTypeError(f"{token} is known to the aws plugin but not to this stand-in")
    return CATALOGUE[token]


def _with_ignored(old: Props, new: Props, ignored: Iterable[str]) -> Props:
    """Return the new inputs with the ignored properties as they were.

    The engine has done so before Check. Check may since have filled in a name that the object does not have.
    """
    every = {*ignored}
    if "*" in every:
        every = {*old, *new}
    kept = {name: old[name] for name in every if name in old}
    return {name: value for name, value in new.items() if name not in every} | kept


def _diff_kind(old: Props, new: Props, name: str, *, replace: bool) -> Any:
    if old.get(name) is None:
        return _DIFF.ADD_REPLACE if replace else _DIFF.ADD
    if new.get(name) is None:
        return _DIFF.DELETE_REPLACE if replace else _DIFF.DELETE
    return _DIFF.UPDATE_REPLACE if replace else _DIFF.UPDATE


def _load_boto3() -> None:
    """Load boto3 while the engine still runs the program."""
    import boto3  # noqa: F401, PLC0415 - only to have it loaded
