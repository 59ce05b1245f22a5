"""One setting of the connection: its key in the configuration, and how its value is read.

A value comes as text from the stack's configuration, or as a Python value from the arguments of a `Provider`. Each
`read_…` function takes both, and raises ValueError or TypeError with a sentence for a value that cannot be used.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import field, fields
from difflib import get_close_matches
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from pulumi_ssm_maintenance.core.constraints import describe

PREFLIGHT: Final = "pulumi_ssm_maintenance:preflight"
"""The key of the configuration that turns on the checks of declared tasks. pulumi-aws does not have it."""

_REGION: Final = re.compile(r"[a-z]{2,}(-[a-z]+)+-\d+")
_ACCOUNT_ID: Final = re.compile(r"\d{12}")
_DURATION: Final = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_RETRIES: Final = re.compile(r"\d+(\.0)?")  # the engine hands 5 over as 5.0
_RETRY_MODES: Final = ("standard", "adaptive")


def setting(read: Callable[[Any], Any], default: Any = None, *, secret: bool = False) -> Any:
    """Declare a setting as the field of a dataclass.

    Args:
        read: turns the configured value into the field's value.
        default: the field's value when nothing is configured.
        secret: whether to leave the value out of the dataclass's `repr`.
    """
    return field(default=default, repr=not secret, metadata={"read": read})


def setting_key(name: str) -> str:
    """Convert a snake_case name to the key that pulumi-aws uses: `assume_roles` to `assumeRoles`."""
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def readers_of(settings: type) -> dict[str, tuple[str, Callable[[Any], Any]]]:
    """Map each key of a dataclass of settings to the field's name and the function that reads the value."""
    return {setting_key(one.name): (one.name, one.metadata["read"]) for one in fields(settings)}


def region_problem(region: str) -> str | None:
    """Describe what is wrong with the form of a region's name; None when nothing is."""
    if _REGION.fullmatch(region):
        return None
    return f"got {describe(region, hidden=False)}, allowed is the name of a region such as us-east-1"


def unknown_region_problem(region: str) -> str | None:
    """Describe what is wrong with a region that is in no partition's list; None when it is in one."""
    if region in _known_regions():
        return None
    near = get_close_matches(region, _known_regions(), n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    return (
        f"got {describe(region, hidden=False)}, which no partition of AWS has{hint};"
        " if the region is newer than the installed boto3, set aws:skipRegionValidation"
    )


@cache
def _known_regions() -> frozenset[str]:
    """Read botocore's list of partitions and regions, without importing botocore's classes."""
    package = find_spec("botocore")
    if package is None or package.origin is None:
        return frozenset()
    partitions = json.loads(Path(package.origin).with_name("data").joinpath("partitions.json").read_bytes())
    return frozenset(region for partition in partitions["partitions"] for region in partition["regions"])


def read_text(value: Any) -> str:
    """Read text."""
    if not isinstance(value, str):
        raise TypeError("expected text")
    return value


def read_texts(value: Any) -> tuple[str, ...]:
    """Read a list of texts."""
    if not isinstance(value, list):
        raise TypeError("expected a list of texts")
    return tuple(map(read_text, value))


def read_tags(value: Any) -> tuple[tuple[str, str], ...]:
    """Read a mapping of texts, as sorted pairs that can be hashed."""
    if not isinstance(value, Mapping):
        raise TypeError("expected a mapping of texts")
    return tuple(sorted((str(key), read_text(part)) for key, part in value.items()))


def read_flag(value: Any) -> bool:
    """Read true or false: text on the command line, a boolean in a program."""
    if str(value).lower() not in {"true", "false"}:
        raise ValueError("expected true or false")
    return str(value).lower() == "true"


def read_region(value: Any) -> str:
    """Read the name of a region."""
    if problem := region_problem(str(value)):
        raise ValueError(problem)
    return str(value)


def read_retries(value: Any) -> int:
    """Read the number of retries."""
    if not _RETRIES.fullmatch(str(value)):
        raise ValueError("expected a whole number of retries, 0 or more")
    return int(float(value))


def read_retry_mode(value: Any) -> str:
    """Read one of boto3's retry modes."""
    if value not in _RETRY_MODES:
        raise ValueError(f"got {value!r}, allowed are {' and '.join(_RETRY_MODES)}")
    return str(value)


def read_account_ids(value: Any) -> tuple[str, ...]:
    """Read a list of account ids."""
    ids = read_structure(value)
    if not isinstance(ids, list) or not all(_ACCOUNT_ID.fullmatch(str(one)) for one in ids):
        raise ValueError("expected a list of account ids of 12 digits each, as text")
    return tuple(map(str, ids))


def read_file(value: Any) -> str:
    """Read the path of an existing file. boto3 would pass over a missing one, and use other credentials."""
    path = Path(read_text(value)).expanduser()
    try:
        path.open("rb").close()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ValueError(f"cannot read the file {describe(str(path), hidden=False)}: {reason}") from None
    return str(path)


def read_one_file(value: Any) -> str | None:
    """Read a list of at most one existing file."""
    files = read_structure(value)
    if not isinstance(files, list) or len(files) > 1:
        raise ValueError("a list of one file is supported; more than one would need to be merged")
    return read_file(files[0]) if files else None


def read_seconds(value: Any) -> int:
    """Read a duration such as 1h30m, in seconds."""
    parts = _DURATION.fullmatch(str(value))
    if not value or parts is None:
        raise ValueError(f"got {value!r}, allowed is a duration such as 1h30m")
    hours, minutes, seconds = (int(part or 0) for part in parts.groups())
    return hours * 3600 + minutes * 60 + seconds


def read_structure(value: Any) -> Any:
    """Read a structured value: JSON text from the configuration, or the value itself from a program."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        raise ValueError("expected JSON") from None
