"""Which windows are meant: by id, by name, tag and state, or by a stack; in one region or several."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .errors import OperationError, UsageError, translated
from .live import LiveWindow, Selection, client_config, find_windows, read_windows

if TYPE_CHECKING:
    import boto3

ALL_REGIONS: Final = "all"
_WORKERS: Final = 8


@dataclass(frozen=True, slots=True)
class Selected:
    """The windows that were read, and what could not be read."""

    windows: tuple[LiveWindow, ...]
    notes: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    """One line for each region that could not be read, where others could."""


def read_selected(session: "boto3.Session", wanted: Sequence[str] | Selection, regions: Sequence[str] = ()) -> Selected:
    """Read the windows that are meant, region by region.

    Args:
        session: whose windows.
        wanted: ids of windows, or what they have in common.
        regions: the regions to look in; `all` for those that are enabled in the account. Default: the session's.

    Raises:
        UsageError: no window is selected.
        OperationError: AWS refused, or was not reached, in every region.
    """
    places = _regions(session, regions)

    def read(region: str | None) -> Selected | OperationError:
        try:
            return _read(session, wanted, region, alone=len(places) == 1)
        except OperationError as error:
            return error

    with ThreadPoolExecutor(_WORKERS, thread_name_prefix="read-regions") as pool:
        answers = list(pool.map(read, places))
    errors = [answer for answer in answers if isinstance(answer, OperationError)]
    if len(errors) == len(answers):
        raise errors[0]
    found = [answer for answer in answers if isinstance(answer, Selected)]
    windows = tuple(window for answer in found for window in answer.windows)
    if isinstance(wanted, Selection):
        missing = "" if windows else "no window is selected"
    else:
        gone = [one for one in wanted if one not in {window.window_id for window in windows}]
        missing = f"no such window: {', '.join(gone)}" if gone and not errors else ""
    if missing:
        raise UsageError(f"{missing} in {', '.join(region or str(session.region_name) for region in places)}")
    return Selected(windows, tuple(note for answer in found for note in answer.notes), tuple(map(str, errors)))


def _read(session: "boto3.Session", wanted: Sequence[str] | Selection, region: str | None, *, alone: bool) -> Selected:
    if isinstance(wanted, Selection):
        ids = [window.window_id for window in find_windows(session, wanted, region)]
    elif alone:
        ids = list(wanted)
    else:
        existing = {window.window_id for window in find_windows(session, Selection(), region)}
        ids = [one for one in wanted if one in existing]
    if not ids:
        return Selected(())
    live = read_windows(session, ids, region)
    return Selected(live.windows, live.notes)


def _regions(session: "boto3.Session", regions: Sequence[str]) -> Sequence[str | None]:
    if ALL_REGIONS not in regions:
        return list(dict.fromkeys(regions)) or [None]
    with translated("list the regions of the account"):
        answer = session.client("ec2", config=client_config()).describe_regions()
    return sorted(str(one.get("RegionName")) for one in answer["Regions"])
