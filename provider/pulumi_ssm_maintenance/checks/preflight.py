"""The checks of a declared task, before it is deployed. Each question is put to AWS once in a process."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from pulumi_ssm_maintenance.aws.connection import Connection
from pulumi_ssm_maintenance.aws.session import Clients
from pulumi_ssm_maintenance.core.codec import UNKNOWN, encode
from pulumi_ssm_maintenance.core.identity import Account, account_of
from pulumi_ssm_maintenance.core.secrecy import marked

from .facts import Facts
from .findings import Finding
from .known import KnownFields
from .reader import Reader, UnreadableError
from .subjects import Task
from .tasks import TASK_CHECKS


def examine_declared(
    connection: Connection, region: Any, arguments: Mapping[str, Any], produced: Sequence[str]
) -> Iterator[Finding]:
    """Check a declared task against the account.

    Args:
        connection: whose account it is.
        region: the region of the task; `UNKNOWN` while it is not known, and then nothing is checked.
        arguments: the checked arguments of the task; unknown values are `UNKNOWN`.
        produced: the paths of values that other resources of the program produce. They are not checked, since the
            deployment may create what they name.
    """
    if not isinstance(region, str):
        return
    request, _ = encode(marked(arguments, produced, lambda _: UNKNOWN))
    task = Task("", KnownFields(request))
    reader = _reader(connection, region)
    facts = Facts(reader, (task,), None if connection.skip_requesting_account_id else _account(reader))
    for check in TASK_CHECKS:
        yield from check.run(task, task.name, facts)


@cache
def _reader(connection: Connection, region: str) -> Reader:
    return Reader(Clients(connection, region).reading, region)


def _account(reader: Reader) -> Account | None:
    try:
        identity = reader.one("sts", "get_caller_identity") or {}
    except UnreadableError:
        return None
    return account_of(identity.get("Arn"))
