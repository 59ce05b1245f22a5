"""The benchmark: how long the engine takes with our tasks, against three anchors in the same interleaved run.

*floor* is the engine with no-op dynamic resources that hold the same inputs. *raw* is boto3 on four threads making the
same calls. *naive* is a provider in the style of Pulumi's documentation, which makes half the calls. Every server runs
in a process of its own. Single runs on a shared machine are good to some 15 %, so the figures to hold are medians.

    python benchmarks/bench.py          the figures to hold, at most 15 minutes
    python benchmarks/bench.py --full   all sizes and latencies
"""

import argparse
import platform
import statistics
import sys
from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path

from measure import OPERATIONS, Run, Setting, run_program, run_raw
from micro import micro_figures, state_figures
from report import Table, chart

RESULTS = Path(__file__).parent / "RESULTS.md"
CHART = Path(__file__).parent / "RESULTS.svg"
REPEATS = 5
HELD = Setting(tasks=100, latency=0.05)

Variants = dict[str, Callable[[], Run]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and keep the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="all sizes and latencies; an hour or more")
    parser.add_argument("--repeats", type=int, default=REPEATS, help=f"of the figures to hold (default: {REPEATS})")
    options = parser.parse_args(arguments)
    tables = [*held_figures(options.repeats), *state_figures(), micro_figures()]
    tables += [throttled(500 if options.full else 60), sharded(repeats=3 if options.full else 1)]
    if options.full:
        tables += [grid(tasks, latency) for tasks in (1, 100, 500) for latency in (0.0, 0.05, 0.15)]
        tables += [checkpoints()]
    text = "\n\n".join([_preamble(options), *(table.markdown() for table in tables)]) + "\n"
    RESULTS.write_text(text, encoding="utf-8")
    CHART.write_text(chart(tables[0]), encoding="utf-8")
    print(text)
    return 0


def held_figures(repeats: int) -> list[Table]:
    """Measure the figures that are to hold, interleaved."""
    runs = _interleaved(_variants(HELD), repeats)
    median = {
        (name, operation): statistics.median(run.figures[operation].seconds for run in found)
        for name, found in runs.items()
        for operation in OPERATIONS
        if operation in found[0].figures
    }
    seconds = Table(
        f"Seconds, {HELD.tasks} tasks, {HELD.latency * 1000:g} ms latency, median of {repeats}",
        ("operation", "floor", "raw", "naive", "ours", "calls", "at once", "plugin MiB"),
    )
    for operation in OPERATIONS:
        figures = [run.figures[operation] for run in runs["ours"]]
        seconds.add(
            operation,
            *(median.get((name, operation)) for name in ("floor", "raw", "naive", "ours")),
            figures[0].calls,
            max(figure.in_flight for figure in figures),
            max(figure.plugin_mib for figure in figures),
        )
    return [seconds, _ratios(median)]


def _ratios(median: dict[tuple[str, str], float]) -> Table:
    table = Table("Ratios to hold", ("operation", "ratio", "measured", "hold"))

    def both(operation: str) -> float:
        return median["floor", operation] + median["raw", operation]

    table.add("up", "ours / (floor + raw)", median["ours", "up"] / both("up"), "<= 0.80")
    table.add("up", "naive / ours", median["naive", "up"] / median["ours", "up"], ">= 1.35")
    table.add("no change", "ours / floor", median["ours", "no change"] / median["floor", "no change"], "<= 1.10")
    table.add("refresh", "ours / (floor + raw)", median["ours", "refresh"] / both("refresh"), "<= 1.15")
    table.add("destroy", "ours / (floor + raw)", median["ours", "destroy"] / both("destroy"), "<= 0.90")
    table.add("destroy", "naive / ours", median["naive", "destroy"] / median["ours", "destroy"], ">= 1.60")
    return table


def throttled(tasks: int) -> Table:
    """Measure against a server that allows five calls a second, evenly and with bursts."""
    table = Table(
        f"A server that allows 5 calls a second, {tasks} tasks",
        ("server", "seconds", "the rate's own bound", "ratio", "hold", "calls, the refused included"),
    )
    for name, burst in (("evenly", 1), ("with bursts of 20", 20)):
        up = run_program("ours", Setting(tasks, throttle=(5, burst)), ("up",)).figures["up"]
        bound = (2 * tasks - burst) / 5
        table.add(name, up.seconds, bound, up.seconds / bound, "<= 1.20", up.calls)
    return table


def sharded(repeats: int) -> Table:
    """Measure what explicit providers buy."""
    settings = {
        name: Setting(tasks=200, latency=0.1, shards=shards, parallel=16)
        for name, shards in (("one", 1), ("two", 2), ("four", 4))
    }
    variants: Variants = {name: partial(run_program, "ours", setting) for name, setting in settings.items()}
    runs = _interleaved(variants, repeats)
    table = Table(
        "Explicit providers, 200 tasks, 100 ms, --parallel 16, seconds", ("operation", *settings, "one / two")
    )
    for operation in OPERATIONS:
        medians = {
            name: statistics.median(run.figures[operation].seconds for run in found) for name, found in runs.items()
        }
        table.add(operation, *medians.values(), medians["one"] / medians["two"])
    return table


def grid(tasks: int, latency: float) -> Table:
    """Measure one size at one latency, once."""
    runs = _interleaved(_variants(Setting(tasks=tasks, latency=latency)), 1)
    table = Table(
        f"Seconds, {tasks} tasks, {latency * 1000:g} ms latency, one run",
        ("operation", "floor", "raw", "naive", "ours", "calls", "at once", "plugin MiB"),
    )
    for operation in OPERATIONS:
        seconds = [runs[name][0].figures[operation].seconds for name in ("floor", "raw", "naive", "ours")]
        ours = runs["ours"][0].figures[operation]
        table.add(operation, *seconds, ours.calls, ours.in_flight, ours.plugin_mib)
    return table


def checkpoints() -> Table:
    """Measure what the engine's checkpoint costs: it is rewritten at each step."""
    table = Table(
        "The engine's checkpoint, `up`, no latency, seconds",
        ("tasks", "floor", "floor without", "ours", "ours without"),
    )
    for tasks in (100, 300, 500):
        figures = [
            run_program(kind, Setting(tasks, checkpoints=kept), ("up",)).figures["up"].seconds
            for kind in ("floor", "ours")
            for kept in (True, False)
        ]
        table.add(str(tasks), *figures)
    return table


def _variants(setting: Setting) -> Variants:
    return {
        "floor": lambda: run_program("floor", Setting(setting.tasks)),
        "raw": lambda: run_raw(setting),
        "naive": lambda: run_program("naive", setting),
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
    flags = " --full" if options.full else ""
    return (
        "# Benchmark results\n\n"
        f"`python benchmarks/bench.py{flags}` on Python {platform.python_version()}, {packages}, and the engine of"
        " `tools/engine`.\n\n"
        "floor: the engine with no-op resources that hold the same inputs. raw: boto3 on four threads, the same calls."
        " naive: a provider in the style of Pulumi's documentation, which makes half the calls."
    )


if __name__ == "__main__":
    sys.exit(main())
