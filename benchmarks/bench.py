"""Measure how long the engine takes with our tasks, and compare with four anchors in the same interleaved run.

*floor* is the engine with no-op dynamic resources that have the same inputs. *raw* is boto3 making the same calls on
four threads. *naive* is a provider in the style of Pulumi's documentation, which makes half the calls. *bound* is the
floor where each operation waits as long as its calls would take. Every server runs in its own process. Single runs on a
shared machine vary by about 15 %, so the figures with an aim are medians.

    python benchmarks/bench.py          the figures with an aim, at most 15 minutes
    python benchmarks/bench.py --full   all sizes and latencies too; writes RESULTS.md
"""

import argparse
import os
import platform
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

from botocore.exceptions import ClientError

from adoption import adoption_figures
from measure import OPERATIONS, Run, Setting, run_program, run_raw
from micro import client_figures, micro_figures, rehearsal_figures, runbook_figures, state_figures
from pulumi_ssm_maintenance.testing import EngineError
from report import Table, chart

RESULTS = Path(__file__).parent / "RESULTS.md"
CHART = Path(__file__).parent / "RESULTS.svg"
REPEATS = 5
HELD = Setting(tasks=100, latency=0.05)
LATENCIES = (0.0, 0.05, 0.15)
SIZES = (1, 100, 300, 500)
# Larger stacks take minutes each, and the latency adds the same to each of their tasks: they are measured at one.
MANY = 100
GRID = [Setting(tasks, latency) for tasks in SIZES for latency in LATENCIES if tasks <= MANY or latency == HELD.latency]
# Enough calls that a server which saves up unused ones limits most of them.
THROTTLED_TASKS = 120
# The calls per second that a throttling server allows, and how many at once after a pause.
RATE = 5
BURSTS = {"one each 200 ms": 1, f"{RATE} in a second": RATE, "bursts of 20": 20}
# The most that an operation may take above `bound`.
_ABOVE_BOUND = {"up": "<= 1.10", "refresh": "<= 1.15", "update": "<= 1.25", "destroy": "<= 1.15"}
KINDS = ("floor", "raw", "naive", "bound", "ours")

Variants = dict[str, Callable[[], Run]]
Median = dict[tuple[str, str], float]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and save the results of a full run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="all sizes and latencies too: about 40 minutes")
    parser.add_argument(
        "--repeats", type=int, default=REPEATS, help=f"repeats of the figures with an aim (default: {REPEATS})"
    )
    options = parser.parse_args(arguments)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # pip compiles packages when it installs them
    tables: list[Table] = []
    for measured in _measurements(options):
        for table in measured():
            tables.append(table)
            print(f"{table.markdown()}\n", flush=True)
        if options.full:  # after each part, so that an interrupted run keeps its results
            text = "\n\n".join([_preamble(options), *(table.markdown() for table in tables)])
            RESULTS.write_text(f"{text}\n", encoding="utf-8")
            CHART.write_text(chart(tables[0]), encoding="utf-8")
    return 0


def _measurements(options: argparse.Namespace) -> Iterator[Callable[[], list[Table]]]:
    yield lambda: held_figures(options.repeats)
    yield lambda: [state_figures(), micro_figures(), client_figures(), rehearsal_figures(), runbook_figures()]
    yield lambda: [adoption_figures(windows=20, repeats=3 if options.full else 1)]
    yield lambda: [sharded(repeats=3 if options.full else 1)]
    if options.full:
        medians: dict[int, Median] = {}
        yield from (partial(grid, setting, medians) for setting in GRID)
        yield lambda: [growth(medians), checkpoints()]
    yield lambda: [throttled(THROTTLED_TASKS if options.full else 60)]
    if options.full:
        yield lambda: [retries()]


def held_figures(repeats: int) -> list[Table]:
    """Measure the figures with an aim, interleaved."""
    runs = _interleaved(_variants(HELD), repeats)
    table = Table(
        f"Seconds, {HELD.tasks} tasks, {HELD.latency * 1000:g} ms latency, median of {repeats}",
        ("operation", *KINDS, "calls", "at once", "plugin MiB"),
    )
    median = _medians(runs)
    _add_operations(table, runs, median)
    return [table, _ratios(median)]


def _ratios(median: Median) -> Table:
    table = Table("Ratios to hold", ("operation", "ratio", "measured", "hold"))

    def both(operation: str) -> float:
        return median["floor", operation] + median["raw", operation]

    table.add("up", "ours / (floor + raw)", median["ours", "up"] / both("up"), "<= 0.80")
    table.add("up", "naive / ours", median["naive", "up"] / median["ours", "up"], ">= 1.35")
    table.add("no change", "ours / floor", median["ours", "no change"] / median["floor", "no change"], "<= 1.10")
    table.add("refresh", "ours / (floor + raw)", median["ours", "refresh"] / both("refresh"), "<= 1.15")
    table.add("destroy", "ours / (floor + raw)", median["ours", "destroy"] / both("destroy"), "<= 0.90")
    table.add("destroy", "naive / ours", median["naive", "destroy"] / median["ours", "destroy"], ">= 1.60")
    for operation in OPERATIONS:
        bound = median["bound", operation]
        table.add(operation, "bound / (floor + raw)", bound / both(operation), "")
        table.add(operation, "ours / bound", median["ours", operation] / bound, _ABOVE_BOUND.get(operation, ""))
    return table


def throttled(tasks: int) -> Table:
    """Measure against servers that allow five calls a second and save up different numbers of unused calls."""
    table = Table(
        f"A server that allows {RATE} calls a second, {tasks} tasks; none failed",
        ("server", "seconds", "the rate's own bound", "ratio", "hold", "calls, including refused ones"),
    )
    for name, burst in BURSTS.items():
        up = run_program("ours", Setting(tasks, throttle=(RATE, burst)), ("up",)).figures["up"]
        bound = _least_seconds(tasks, burst)
        table.add(name, up.seconds, bound, up.seconds / bound, "<= 1.20", up.calls)
    return table


def retries() -> Table:
    """Measure boto3's retry modes against such servers: in our provider, and with boto3 alone."""
    tasks = 60
    table = Table(
        f"Retry modes, {tasks} tasks, servers that allow {RATE} calls a second",
        ("server", "mode", "retries", "ours / bound", "boto3 alone / bound"),
    )
    for name, burst in ((name, burst) for name, burst in BURSTS.items() if burst <= RATE):
        for mode, most in (("standard", 24), ("adaptive", 24), ("adaptive", 9)):
            config = {"aws:retryMode": mode, "aws:maxRetries": str(most)}
            setting = Setting(tasks, throttle=(RATE, burst), config=config)
            ours = partial(run_program, "ours", setting, ("up",))
            alone = partial(run_raw, setting, ("up",))
            bound = _least_seconds(tasks, burst)
            table.add(name, mode, most, *(_throttled_ratio(measure, bound) for measure in (ours, alone)))
    return table


def _throttled_ratio(measure: Callable[[], Run], bound: float) -> float | str:
    try:
        return measure().figures["up"].seconds / bound
    except (EngineError, ClientError) as error:
        if "Rate exceeded" not in str(error):
            raise
        return "failed"


def _least_seconds(tasks: int, burst: int) -> float:
    """Return the shortest time for the two calls of each create, if the calls allowed at once are made at once."""
    return (2 * tasks - burst) / RATE


def sharded(repeats: int) -> Table:
    """Measure how much faster explicit providers are."""
    settings = {
        name: Setting(tasks=200, latency=0.1, shards=shards, parallel=16)
        for name, shards in (("one", 1), ("two", 2), ("four", 4))
    }
    variants: Variants = {name: partial(run_program, "ours", setting) for name, setting in settings.items()}
    median = _medians(_interleaved(variants, repeats))
    table = Table(
        f"Explicit providers, 200 tasks, 100 ms, --parallel 16, seconds, median of {repeats}",
        ("operation", *settings, "one / two", "hold"),
    )
    for operation in OPERATIONS:
        seconds = [median[name, operation] for name in settings]
        table.add(operation, *seconds, seconds[0] / seconds[1], ">= 1.35" if operation == "up" else "")
    return table


def grid(setting: Setting, medians: dict[int, Median]) -> list[Table]:
    """Measure one size at one latency, once, and keep the seconds for `growth`."""
    variants = _variants(setting)
    if setting.tasks > MANY:
        del variants["naive"]
    runs = _interleaved(variants, 1)
    table = Table(
        f"Seconds, {setting.tasks} tasks, {setting.latency * 1000:g} ms latency, one run",
        ("operation", *KINDS, "calls", "at once", "plugin MiB", "ours / (floor + raw)", "naive / ours", "ours / bound"),
    )
    median = _medians(runs)
    if setting.latency == HELD.latency:
        medians[setting.tasks] = median
    _add_operations(table, runs, median, ratios=True)
    return [table]


def growth(medians: dict[int, Median]) -> Table:
    """Compute from the grid how long each further task takes, in small and in large stacks."""
    compared = [(kind, few, many) for few, many in pairwise(SIZES) for kind in ("floor", "ours")]
    table = Table(
        f"Milliseconds that each further task takes, {HELD.latency * 1000:g} ms latency",
        ("operation", *(f"{kind}, {few} to {many} tasks" for kind, few, many in compared)),
    )
    for operation in OPERATIONS:
        costs = [
            (medians[many][kind, operation] - medians[few][kind, operation]) / (many - few)
            for kind, few, many in compared
        ]
        table.add(operation, *(1000 * seconds for seconds in costs))
    return table


def checkpoints() -> Table:
    """Measure how long the engine's checkpoint takes, which it rewrites at each step."""
    table = Table(
        "The engine's checkpoint, `up`, no latency, seconds, one run",
        ("tasks", "floor", "floor without", "ours", "ours without"),
    )
    for tasks in (100, 500):
        figures = [
            run_program(kind, Setting(tasks, checkpoints=kept), ("up",)).figures["up"].seconds
            for kind in ("floor", "ours")
            for kept in (True, False)
        ]
        table.add(str(tasks), *figures)
    return table


def _add_operations(table: Table, runs: dict[str, list[Run]], median: Median, *, ratios: bool = False) -> None:
    for operation in OPERATIONS:
        ours = [run.figures[operation] for run in runs["ours"]]
        peaks = max(one.in_flight for one in ours), max(one.plugin_mib for one in ours)
        seconds = {kind: median.get((kind, operation)) for kind in KINDS}
        compared = _compared(operation, **seconds) if ratios else ()
        table.add(operation, *seconds.values(), ours[0].calls, *peaks, *compared)


def _compared(operation: str, **seconds: float | None) -> tuple[float | None, ...]:
    ours, floor, raw = seconds["ours"] or 0, seconds["floor"] or 0, seconds["raw"] or 0
    naive, bound = seconds["naive"], seconds["bound"]
    return (
        ours / (floor + raw),
        # The naive provider reads nothing, so its refresh takes as long as the floor's.
        None if naive is None or operation == "refresh" else naive / ours,
        None if bound is None else ours / bound,
    )


def _medians(runs: dict[str, list[Run]]) -> Median:
    return {
        (name, operation): statistics.median(run.figures[operation].seconds for run in found)
        for name, found in runs.items()
        for operation in OPERATIONS
        if operation in found[0].figures
    }


def _variants(setting: Setting) -> Variants:
    return {
        "floor": lambda: run_program("floor", Setting(setting.tasks)),
        "raw": lambda: run_raw(setting),
        "naive": lambda: run_program("naive", setting),
        "bound": lambda: run_program("floor", setting),
        "ours": lambda: run_program("ours", setting),
    }


def _interleaved(variants: Variants, repeats: int) -> dict[str, list[Run]]:
    runs: dict[str, list[Run]] = {name: [] for name in variants}
    for repeat in range(repeats):
        for name, measure in variants.items():
            print(f"    {repeat + 1} of {repeats}: {name}", file=sys.stderr, flush=True)
            runs[name].append(measure())
    return runs


def _preamble(options: argparse.Namespace) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in ("pulumi", "boto3", "moto"))
    return (
        "# Benchmark results\n\n"
        f"`make bench-full`: {options.repeats} interleaved repeats where a median is given. Python"
        f" {platform.python_version()}, {packages}, the engine of `tools/engine`, {os.cpu_count()} cores,"
        f" {platform.system()}. [README.md](README.md) says what is measured and what limits it.\n\n"
        "![Seconds of each operation](RESULTS.svg)"
    )


if __name__ == "__main__":
    sys.exit(main())
