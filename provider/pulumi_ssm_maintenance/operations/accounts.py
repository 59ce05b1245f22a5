"""Several accounts and regions, whose windows are read side by side."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

from pulumi_ssm_maintenance._version import __version__

from .errors import OperationError, UsageError, translated
from .live import Live, Selection, client, find_windows, read_windows

if TYPE_CHECKING:
    import boto3

T = TypeVar("T")
R = TypeVar("R")

ALL_REGIONS: Final = "all"

_WORKERS: Final = 16
_ANY_REGION: Final = "us-east-1"
"""Where to ask for the regions of an account, if no region is set."""


@dataclass(frozen=True, slots=True)
class Access:
    """An account and its regions, and how it is reached."""

    role_arn: str | None = None
    """The role to assume there. Default: none, the session's own account."""
    regions: tuple[str, ...] = ()
    """The regions, or `all` for those that are enabled. Default: the session's."""


def read_accounts(session: "boto3.Session", accesses: Sequence[Access], selection: Selection) -> Live:
    """Read the windows of several accounts and regions that meet a selection, with their targets, tasks and tags.

    An account or region that fails is a line in `failures`; the others are read.

    Args:
        session: whose credentials read, or assume the roles.
        accesses: the accounts and regions, in the order of the answer.
        selection: which windows.

    Raises:
        OperationError: all of them fail, or none holds a window that the selection names by its id.
        UsageError: no region is set, or no window is selected.
    """
    with ThreadPoolExecutor(_WORKERS, thread_name_prefix="read-accounts") as pool:

        def tried(work: Callable[[T], R], things: Iterable[T]) -> tuple[list[R], list[str]]:
            answers = list(pool.map(_caught(work), things))
            done = [answer for answer, error in answers if answer is not None and error is None]
            return done, [error for _, error in answers if error is not None]

        opened, failures = tried(lambda access: _open(session, access), accesses)
        places = [place for group in opened for place in group]
        found, further = tried(lambda place: _read(place, selection), places)
    windows = tuple(window for live in found for window in live.windows)
    failures += further
    if failures and not found:
        raise OperationError("\n".join(failures))
    if missing := set(selection.window_ids) - {window.window_id for window in windows}:
        where = ", ".join(str(place) for place in places)
        lines = [*failures, f"there is no window {' nor '.join(sorted(missing))} in {where}. Check ids and regions."]
        raise OperationError("\n".join(lines))
    if not windows and not failures:
        raise UsageError(f"no window in {', '.join(map(str, places))} is selected")
    return Live(windows, tuple(note for live in found for note in live.notes), tuple(failures))


@dataclass(frozen=True, slots=True)
class _Place:
    """A region of an account, and a session that reads it."""

    session: "boto3.Session"
    region: str
    role_arn: str | None

    def __str__(self) -> str:
        return f"{self.region} as {self.role_arn}" if self.role_arn else self.region


def _open(session: "boto3.Session", access: Access) -> list[_Place]:
    own = session_of(session, access.role_arn)
    regions = access.regions or tuple(filter(None, (session.region_name,)))
    if ALL_REGIONS in regions:
        regions = _enabled_regions(own)
    if not regions:
        raise UsageError("no region is set. Give a region, or set AWS_REGION.")
    return [_Place(own, region, access.role_arn) for region in dict.fromkeys(regions)]


def _read(place: _Place, selection: Selection) -> Live:
    try:
        ids = [window.window_id for window in find_windows(place.session, selection, place.region)]
        live = read_windows(place.session, ids, place.region)
    except OperationError as error:
        raise OperationError(f"{place}: {error}") from error
    return replace(live, windows=tuple(replace(window, role_arn=place.role_arn) for window in live.windows))


def session_of(session: "boto3.Session", role_arn: str | None) -> "boto3.Session":
    """Give the session of an account: that of a role, which is assumed, or the session itself.

    Raises:
        OperationError: the role cannot be assumed.
    """
    if role_arn is None:
        return session
    import boto3  # noqa: PLC0415 - takes longer to load than the help takes to print

    with translated(f"assume {role_arn}"):
        answer = client(session, "sts", session.region_name or _ANY_REGION).assume_role(
            RoleArn=role_arn, RoleSessionName=f"ssm-maintenance-{__version__}"
        )
    credentials = answer["Credentials"]
    return boto3.Session(
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
        region_name=session.region_name,
    )


def _enabled_regions(session: "boto3.Session") -> tuple[str, ...]:
    # Without AllRegions the answer has the regions that are enabled for the account.
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html
    with translated("list the regions of the account"):
        answer = client(session, "ec2", session.region_name or _ANY_REGION).describe_regions()
    return tuple(sorted(region["RegionName"] for region in answer["Regions"]))


def _caught(work: Callable[[T], R]) -> Callable[[T], tuple[R | None, str | None]]:
    def attempt(thing: T) -> tuple[R | None, str | None]:
        try:
            return work(thing), None
        except UsageError:
            raise
        except OperationError as error:
            return None, str(error)

    return attempt
