"""PatchWaves: the patching of all environments from one configuration; each stack creates its own run."""

from collections.abc import Collection, Mapping
from datetime import datetime
from difflib import get_close_matches
from typing import Any, Required, TypedDict, Unpack, cast

import pulumi

from pulumi_ssm_maintenance.schedules import current_time
from pulumi_ssm_maintenance_components.foundation.arguments import Problems, unless_reported, wrong
from pulumi_ssm_maintenance_components.foundation.component import Component
from pulumi_ssm_maintenance_components.foundation.names import check_tags
from pulumi_ssm_maintenance_components.patching.arguments import PatchingRunArgs
from pulumi_ssm_maintenance_components.patching.patching_run import PatchingRun, check_run

from .calendar import PromotionGap, Run, calendar, demand_no_overlap, promotion_gaps
from .configuration import Environment, PatchingConfig, read_environments

__all__ = ["PatchWaves", "PatchWavesArgs"]

_RUNS_SHOWN = 3


class PatchWavesArgs(TypedDict, total=False):
    """The arguments of `PatchWaves`."""

    patching: Required[PatchingConfig | Mapping[str, Any]]
    """All environments, in the order in which patches go through them: a `PatchingConfig`, best from `config:` of
    Pulumi.yaml, with `pulumi.Config().require_object("patching")`."""
    environment: str
    """The name of this stack's environment. Default: the name of the stack."""
    run: PatchingRunArgs
    """Arguments of the `PatchingRun` that a configuration cannot hold, such as a topic or an alarm object. They win
    over the configuration."""
    now: datetime | None
    """The current time, for tests: a datetime with a time zone. Default: the time at which the program runs."""
    tags: Mapping[str, pulumi.Input[str]]
    """Tags in addition to `project`, `stack`, `run` and `managed-by`."""


class PatchWaves(Component):
    """Create the patching run of this stack's environment, from one configuration that all stacks share.

    Since each stack knows all environments, a preview refuses windows that are open at the same time, and warns if an
    environment would install patches that the previous environment has never had.

    Arguments: see `PatchWavesArgs`.

    Example::

        PatchWaves("patching", patching=pulumi.Config().require_object("patching"))

    Raises:
        ArgumentError: the configuration has a wrong key or value, no environment of this name, or windows that overlap.
        ScheduleError: AWS would refuse a schedule.
    """

    run: PatchingRun
    """The `PatchingRun` of the environment, with all its outputs."""
    environment: str
    """The name of this stack's environment."""
    gaps: list[PromotionGap]
    """For each environment but the first, the patches that the previous environment has not had. Exported, each is a
    dict."""

    def __init__(
        self, name: str, *, opts: pulumi.ResourceOptions | None = None, **args: Unpack[PatchWavesArgs]
    ) -> None:
        """Create the run. `PatchWavesArgs` describes the arguments; `opts` are the resource options."""
        super().__init__("PatchWaves", name, opts)
        where = f"PatchWaves {name!r}"
        problems = Problems(where)
        args = problems.read(args, PatchWavesArgs)
        problems.check(check_tags, where, args)
        now = problems.check(lambda: current_time(args.get("now")))
        run = unless_reported(args, "run", {}, harmless=None)
        stack = unless_reported(args, "environment", pulumi.get_stack(), harmless=None)

        def check_own(inner: Problems, settings: Mapping[str, Any], reported: Collection[str]) -> None:
            whole = cast("PatchingRunArgs", {**settings, **run})
            check_run(inner, name, inner.read(whole, PatchingRunArgs, reported={*reported} - {*run}))

        checks = {} if run is None or stack is None else {stack: check_own}
        environments = problems.check(lambda: read_environments(where, args["patching"], checks))
        own = None
        if now is not None and environments is not None:
            own = problems.check(lambda: _own(where, environments, args.get("environment", pulumi.get_stack())))
            problems.check(demand_no_overlap, where, environments.values(), now)
        problems.raise_all()
        assert now is not None and environments is not None and own is not None  # noqa: S101, PT018 - or raise_all has raised
        self._now, self._environments, self.environment = now, environments, own.name
        self.gaps = promotion_gaps(self._environments.values(), self._now)
        self._report()
        settings = cast("PatchingRunArgs", {"tags": args.get("tags"), **own.run, **args.get("run", {})})
        self.run = PatchingRun(name, opts=self.child(), **settings)
        self.register_outputs({"environment": own.name, "window_id": self.run.window_id})

    def calendar(self, n: int = _RUNS_SHOWN, *, after: datetime | None = None) -> list[Run]:
        """Return the next runs of all enabled environments, sorted by time.

        Args:
            n: the number of runs of each environment.
            after: only runs later than this. Default: now.
        """
        return calendar(self._environments.values(), n, after or self._now)

    def describe(self) -> str:
        """Describe the next runs and the promotion gaps, one in each line."""
        runs = [run.describe() for run in self.calendar()]
        return "\n".join([*(runs or ["no future run"]), *(gap.describe() for gap in self.gaps)])

    def _report(self) -> None:
        for gap in self.gaps:
            if gap.environment == self.environment and not gap.is_closed:
                pulumi.log.warn(gap.describe(), self)


def _own(where: str, environments: Mapping[str, Environment], name: str) -> Environment:
    if name not in environments:
        nearest = get_close_matches(name, environments, n=1)
        hint = f"; do you mean {nearest[0]!r}?" if nearest else ""
        raise wrong(where, "environment", name, f"one of the configuration: {', '.join(environments)}{hint}")
    return environments[name]
