"""Programs that run under Pulumi's mocks, with what they send to the engine."""

import pulumi
import pulumi.runtime
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.mocks import MockMonitor

PROJECT, STACK = "patching", "prod"

# The marks of Pulumi's wire format.
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"


class _Echo(pulumi.runtime.Mocks):
    """Answers with the inputs."""

    def new_resource(self, args):
        return args.resource_id or f"id-of-{args.name}", args.inputs

    def call(self, args):
        raise NotImplementedError


class _Monitor(MockMonitor):
    """Remembers what is sent to the engine."""

    def __init__(self):
        super().__init__(_Echo())
        self.sent = {}

    def RegisterResource(self, request):  # noqa: N802 - the name in Pulumi's protocol
        self.sent[request.name] = request
        return super().RegisterResource(request)

    def ReadResource(self, request):  # noqa: N802 - as above
        self.sent[request.name] = request
        return super().ReadResource(request)


class ProgramRunner:
    """Runs a program in a stack of its own."""

    def __init__(self, *, preview=False):
        self._monitor = _Monitor()
        pulumi.runtime.set_mocks(_Echo(), project=PROJECT, stack=STACK, preview=preview, monitor=self._monitor)

    def __call__(self, program):
        """Run a program; gives the values of the outputs that it returns as a tuple."""
        values = []

        async def wait_for(returned):
            if isinstance(returned, tuple):
                values.extend([await output.future() for output in returned])

        pulumi.runtime.test(lambda: pulumi.Output.from_input(wait_for(program())))()
        return values

    def names(self):
        """The names of the resources that were sent."""
        return list(self._monitor.sent)

    def request(self, name):
        """What was sent for a resource."""
        return self._monitor.sent[name]

    def inputs(self, name):
        """The properties that were sent for a resource, secrets marked."""
        request = self.request(name)
        return MessageToDict(request.object if hasattr(request, "object") else request.properties)


def secret(value):
    """A secret value as it is sent."""
    return {_SIGNATURE: _SECRET, "value": value}
