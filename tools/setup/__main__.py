"""Set up this checkout. A second run finds everything done and needs no network."""

import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .build import Build
from .cache import cache_folder, writing
from .console import SetupError, report
from .download import Download
from .environment import Environment
from .locks import alone_in
from .on_path import OnPath
from .pins import read_pins
from .sources import Source, find, install, selected
from .wrapper import write_wrapper

_CHECKOUT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Run the steps, and report a failure in one sentence."""
    try:
        with alone_in(_CHECKOUT):
            _set_up(Environment(_CHECKOUT))
    except SetupError as error:
        report(f"Set-up stopped. {error}")
        return 1
    except KeyboardInterrupt:
        report("Set-up interrupted. Run it again: it repairs unfinished steps.")
        return 130
    return 0


def _set_up(environment: Environment) -> None:
    cache = cache_folder(os.environ)
    # Both wait for the network half of their time, so they run side by side.
    with ThreadPoolExecutor(max_workers=1) as beside:
        prepared = beside.submit(environment.prepare)
        sources = selected(_sources(prepared.result, environment, cache), os.environ)
        pulumi = find(sources) or _install(sources, cache)
        prepared.result()
    write_wrapper(environment.bin / "pulumi", pulumi)
    report(f"Ready: .venv/bin/python and .venv/bin/pulumi ({pulumi})")


def _install(sources: Sequence[Source], cache: Path) -> Path:
    with writing(cache):  # another checkout may have installed it while this one waited
        return find(sources) or install(sources)


def _sources(wait: Callable[[], None], environment: Environment, cache: Path) -> list[Source]:
    module = _CHECKOUT / "tools" / "engine"
    pins = read_pins(module / "go.mod")

    def python_with_packages() -> Path:
        wait()
        return environment.python

    return [
        OnPath(os.environ.get("PATH", ""), pins.engine),
        Download(cache, pins, Path(sys.executable), python_with_packages),
        Build(cache, pins, module),
    ]


if __name__ == "__main__":
    sys.exit(main())
