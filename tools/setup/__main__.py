"""Set the checkout up; a second run finds everything done, and needs no network."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from .build import Build
from .cache import cache_folder, writing
from .console import SetupError, tell
from .environment import Environment
from .locks import alone_in
from .on_path import OnPath
from .pins import read_pins
from .release import Release
from .ways import Way, asked_for, at_hand, provide
from .wrapper import write_wrapper

_CHECKOUT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Run the steps, and turn what stops them into one sentence."""
    try:
        with alone_in(_CHECKOUT):
            _set_up(Environment(_CHECKOUT))
    except SetupError as error:
        tell(f"Set-up stopped. {error}")
        return 1
    except KeyboardInterrupt:
        tell("Set-up interrupted. Run it again: it repairs what is half done.")
        return 130
    return 0


def _set_up(environment: Environment) -> None:
    environment.prepare()
    cache = cache_folder(os.environ)
    ways = asked_for(_ways(environment, cache), os.environ)
    pulumi = at_hand(ways) or _work_for_pulumi(ways, cache)
    write_wrapper(environment.bin / "pulumi", pulumi)
    tell(f"Ready: .venv/bin/python and .venv/bin/pulumi ({pulumi})")


def _work_for_pulumi(ways: Sequence[Way], cache: Path) -> Path:
    with writing(cache):  # another checkout may have done the work while this one waited
        return at_hand(ways) or provide(ways)


def _ways(environment: Environment, cache: Path) -> list[Way]:
    module = _CHECKOUT / "tools" / "engine"
    pins = read_pins(module / "go.mod")
    return [
        OnPath(os.environ.get("PATH", ""), pins.engine),
        Release(cache, environment.python, pins.engine),
        Build(cache, module, pins),
    ]


if __name__ == "__main__":
    sys.exit(main())
