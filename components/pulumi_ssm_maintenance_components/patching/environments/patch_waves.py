"""PatchWaves: one mapping holds the patching of all environments, and each stack gets its own."""

from collections.abc import Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any, Required, TypedDict, Unpack, cast

import pulumi

from pulumi_ssm_maintenance_components.foundation.arguments import given_args, wrong
from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.patching.arguments import PatchingRunArgs
from pulumi_ssm_maintenance_components.patching.patching_run import PatchingRun

from .calendar import PromotionGap, Run, calendar, demand_no_overlap, promotion_gaps
from .configuration import Environment, PatchingConfig, read_environments

__all__ = ["PatchWaves", "PatchWavesArgs"]

_RUNS_SHOWN = 3


class PatchWavesArgs(TypedDict, total=False):
    """The arguments of `PatchWaves`, which describes each of them."""

    patching: Required[PatchingConfig | Mapping[str, Any]]
    environment: str
    run: PatchingRunArgs
    now: datetime | None
    tags: Mapping[str, pulumi.Input[str]]


class PatchWaves(Component):
    """The patching of one environment, out of a mapping that all stacks of a project share.

    So every preview can show the calendar of all environments, refuse windows that are open at the same time, and
    tell what an environment would install that the one before it never had.

    Args:
        name: the logical name, also that of the `PatchingRun`.
        patching: all environments, in the order in which patches go through them; best the `config:` of Pulumi.yaml,
            `pulumi.Config().require_object("patching")`. `defaults` holds settings for all. An environment has a name,
            `targets` or `waves`, and settings; most are those of `PatchingRun`. The schedule is no rate.
        environment: the name of this stack's own. Default: the name of the stack.
        run: arguments of its `PatchingRun` that are objects, such as `notify` or `stop_on_alarm`; they come on top.
        now: another moment than now, with a time zone.
        tags: on top of project, stack, run and managed-by.
        opts: the resource's options.

    Attributes:
        run: the `PatchingRun`, with all its outputs.
        environment: the name of this stack's environment.
        gaps: for each environment but the first, what the one before it has not had.

    Raises:
        ArgumentError: the mapping has a wrong key or value, no such environment, or windows that overlap.
        ScheduleError: AWS would refuse a schedule.
    """

    run: PatchingRun
    environment: str
    gaps: list[PromotionGap]

    def __init__(
        self, name: str, *, opts: pulumi.ResourceOptions | None = None, **args: Unpack[PatchWavesArgs]
    ) -> None:
        super().__init__("PatchWaves", name, opts)
        where = f"PatchWaves {name!r}"
        args = given_args(where, args, PatchWavesArgs)
        self._now = args.get("now") or datetime.now(UTC)
        self._environments = read_environments(where, args["patching"])
        own = _own(where, self._environments, args.get("environment", pulumi.get_stack()))
        self.environment = own.name
        demand_no_overlap(where, self._environments.values(), self._now)
        self.gaps = promotion_gaps(self._environments.values(), self._now)
        self._report()
        settings = cast("PatchingRunArgs", {"tags": args.get("tags"), **own.run, **args.get("run", {})})
        self.run = PatchingRun(name, opts=self.child(), **settings)
        self.register_outputs({"environment": own.name, "window_id": self.run.window_id})

    def calendar(self, n: int = _RUNS_SHOWN, *, after: datetime | None = None) -> list[Run]:
        """Give the next runs of all environments that are enabled, in the order of time.

        Args:
            n: how many of each.
            after: only runs later than this. Default: later than now.
        """
        return calendar(self._environments.values(), n, after or self._now)

    def describe(self) -> str:
        """Say in lines when which environment is patched next, and what has been tried before."""
        runs = [run.describe() for run in self.calendar()]
        return "\n".join([*(runs or ["no run to come"]), *(gap.describe() for gap in self.gaps)])

    def _report(self) -> None:
        pulumi.log.info(f"calendar of all environments:\n{self.describe()}", self)
        for gap in self.gaps:
            if gap.environment == self.environment and not gap.is_closed:
                pulumi.log.warn(gap.describe(), self)


def _own(where: str, environments: Mapping[str, Environment], name: str) -> Environment:
    if name not in environments:
        nearest = get_close_matches(name, environments, n=1)
        hint = f"; do you mean {nearest[0]!r}?" if nearest else ""
        raise wrong(where, "environment", name, f"one of the mapping: {', '.join(environments)}{hint}")
    return environments[name]
