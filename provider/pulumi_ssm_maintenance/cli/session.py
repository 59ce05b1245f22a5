"""The session that operations are given, and the accounts and regions that they read."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

if TYPE_CHECKING:
    import boto3

    from pulumi_ssm_maintenance.operations.accounts import Access

_ROLE: Final = re.compile(r"arn:[\w-]+:iam::(\d{12}):role/\S+")


def open_session(region: str | None, profile: str | None) -> "boto3.Session":
    """Open a session for a region and a profile, or for those of the environment.

    Raises:
        OperationError: there is no such profile.
    """
    import boto3  # noqa: PLC0415 - takes longer to load than the help takes to print

    from pulumi_ssm_maintenance.aws.connection import environment_region  # noqa: PLC0415 - as above
    from pulumi_ssm_maintenance.operations.errors import translated  # noqa: PLC0415 - as above

    with translated("open a session"):
        return boto3.Session(profile_name=profile, region_name=region or environment_region())


def open_accesses(regions: Sequence[str], role_arns: Sequence[str], accounts: Path | None) -> "list[Access]":
    """Give the accounts and regions that the options name: those of each role, of each line of a file, or one's own.

    Raises:
        BadParameter: a role is none, the file cannot be read, or a line of it is wrong.
    """
    from pulumi_ssm_maintenance.operations.accounts import Access  # noqa: PLC0415 - boto3 loads when it is needed

    if accounts:
        if regions or role_arns:
            raise typer.BadParameter("give either --accounts FILE, or --region and --role-arn")
        return [Access(role, names) for role, names in _lines(accounts)]
    for role in role_arns:
        _account(role, "--role-arn")
    return [Access(role, tuple(dict.fromkeys(regions))) for role in dict.fromkeys(role_arns) or [None]]


def _lines(file: Path) -> list[tuple[str, tuple[str, ...]]]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise typer.BadParameter(f"--accounts: could not read {file}: {error}") from None
    found = []
    for number, line in enumerate(lines, start=1):
        words = line.partition("#")[0].split()
        if not words:
            continue
        where = f"{file}, line {number}"
        if len(words) != 3:
            raise typer.BadParameter(f"{where}: expected ACCOUNT ROLE-ARN REGION[,REGION], got {line.strip()!r}")
        account, role, regions = words
        if _account(role, where) != account:
            raise typer.BadParameter(f"{where}: {role} is not a role of account {account}")
        found.append((role, tuple(filter(None, regions.split(",")))))
    if not found:
        raise typer.BadParameter(f"--accounts: {file} names no account")
    return found


def _account(role: str, where: str) -> str:
    match = _ROLE.fullmatch(role)
    if not match:
        raise typer.BadParameter(f"{where}: got {role!r}, expected the ARN of a role, arn:aws:iam::ACCOUNT:role/NAME")
    return str(match[1])
