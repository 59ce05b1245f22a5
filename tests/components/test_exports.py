"""Every output of every component can be exported by a stack, and given to another resource, as it is."""

import inspect

import pulumi
import pytest
from pulumi.runtime.rpc import serialize_property
from pulumi.runtime.stack import massage
from tests.components.minimal import FREEZE, MINIMAL, PATCHING, SCHEDULE, WEB

from pulumi_ssm_maintenance_components import PatchingRun, PatchWaves

WITH_EVERYTHING = {
    "schedule": SCHEDULE,
    "waves": {"canary": WEB, "fleet": {"targets": {"a": WEB, "b": WEB}}},
    "reboot": "RebootIfNeeded",
    "engine": "runbook",
    "approvers": ["ann"],
    "scan_schedule": "rate(1 day)",
    "freeze": [FREEZE],
    "logs": {"bucket": True},
    "node_count": 40,
}
TWO_ENVIRONMENTS = {
    "environments": [
        *PATCHING["environments"],
        {**PATCHING["environments"][0], "name": "prod", "schedule": "cron(0 2 ? * SUN *)"},
    ]
}
CASES = [
    *((kind, args) for kind, args in MINIMAL.items()),
    (PatchingRun, WITH_EVERYTHING),
    (PatchWaves, {"patching": TWO_ENVIRONMENTS, "environment": "prod"}),
]


@pytest.mark.parametrize(("kind", "args"), CASES, ids=[f"{kind.__name__}-{len(args)}" for kind, args in CASES])
def test_every_output_can_be_exported_and_given_to_another_resource(kind, args, registered):
    exported, failed = {}, {}

    async def serialize(name, value):
        try:
            exported[name] = await serialize_property(massage(value, []), [], name)
            await serialize_property(value, [], name)
        except Exception as error:  # noqa: BLE001 - whatever it is, the user's stack fails
            failed[name] = error

    def program():
        made = kind("web", **args)
        for name, value in {**public(made), "itself": made}.items():
            pulumi.Output.from_input(serialize(name, value))

    registered(program)
    assert failed == {}
    assert exported.keys() >= {
        name for base in kind.__mro__ for name in inspect.get_annotations(base) if name[0] != "_"
    }
    if args is WITH_EVERYTHING:
        assert exported["waves"]["canary"]["task_id"] == "id-of-web-canary"
        assert exported["waves"]["fleet"]["target_ids"] == ["id-of-web-fleet.a", "id-of-web-fleet.b"]
        assert exported["room"] == {"minutes": 180, "rounds": 30}
    if args.get("patching") is TWO_ENVIRONMENTS:
        (gap,) = exported["gaps"]
        assert (gap["environment"], gap["before"]) == ("prod", "dev")
        assert gap["installs_until"] < gap["run"]


def public(made):
    """What a program can read from a component: the attributes of its class, of its bases and of itself."""
    values = {name: getattr(made, name) for name in dir(made) if not name.startswith("_")}
    return {name: value for name, value in values.items() if not callable(value)}
