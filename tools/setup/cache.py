"""The user's cache folder, which all checkouts share. A folder that has its final name is complete."""

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
    """Return the folder for files that can be downloaded or built again."""
    if configured := environment.get("XDG_CACHE_HOME"):
        caches = Path(configured)
    else:
        caches = Path.home() / ("Library/Caches" if platform == "darwin" else ".cache")
    return caches / "pulumi-ssm-maintenance"


@contextmanager
def writing(cache: Path) -> Iterator[None]:
    """Lock the cache folder, and remove what an interrupted set-up left in it."""
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
    """Yield a temporary folder that gets its final name when the block ends without an error."""
    with tempfile.TemporaryDirectory(prefix=_UNFINISHED, dir=final.parent) as scratch:
        work = Path(scratch, final.name)
        work.mkdir()
        yield work
        work.rename(final)
