"""The user's cache folder, which all checkouts share: what is in it under its final name is complete."""

import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from .console import SetupError
from .locks import alone_in

_UNFINISHED = "unfinished-"


def cache_folder(environment: Mapping[str, str], platform: str = sys.platform) -> Path:
    """Where this user's machine keeps what can be made again."""
    if configured := environment.get("XDG_CACHE_HOME"):
        caches = Path(configured)
    else:
        caches = Path.home() / ("Library/Caches" if platform == "darwin" else ".cache")
    return caches / "pulumi-ssm-maintenance"


@contextmanager
def writing(cache: Path) -> Iterator[None]:
    """Have the cache folder for oneself, without what an interrupted set-up left there."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SetupError(
            f"Cannot make the cache folder: {error}. Set XDG_CACHE_HOME to a folder that you may write."
        ) from error
    with alone_in(cache):
        for left_over in cache.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(left_over, ignore_errors=True)
        yield


@contextmanager
def publishing(final: Path) -> Iterator[Path]:
    """Give a temporary folder that becomes the final one when the block ends well."""
    with tempfile.TemporaryDirectory(prefix=_UNFINISHED, dir=final.parent) as scratch:
        work = Path(scratch, final.name)
        work.mkdir()
        yield work
        work.rename(final)
