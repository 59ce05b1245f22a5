"""The errors of operations, and how AWS's become ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from botocore import exceptions as botocore_errors

from pulumi_ssm_maintenance.errors import SsmMaintenanceError

_RUN_AGAIN: Final = "Run the same command again."
_CHECK_CREDENTIALS: Final = "Check the credentials (AWS_PROFILE, …) and run the command again."
_NEXT_STEPS: Final = {
    "DoesNotExistException": "Check the id, the region and the credentials.",
    "InvalidResourceId": "Check the id, the region and the credentials.",
    **dict.fromkeys(("AccessDeniedException", "AccessDenied", "UnauthorizedOperation"), "Allow it to the caller."),
    **dict.fromkeys(("ThrottlingException", "Throttling", "RequestLimitExceeded"), _RUN_AGAIN),
    **dict.fromkeys(
        ("ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "UnrecognizedClientException"),
        _CHECK_CREDENTIALS,
    ),
}


class OperationError(SsmMaintenanceError):
    """An operation failed; the text says what was tried, on what, why it failed, and what to do."""


class UsageError(OperationError):
    """What was asked for cannot be done as it was asked for."""


@contextmanager
def translated(action: str) -> Iterator[None]:
    """Turn what boto3 raises into an OperationError.

    Args:
        action: what is tried, such as `read maintenance window mw-…`.
    """
    try:
        yield
    except botocore_errors.ClientError as error:
        facts = error.response.get("Error", {})
        code, message = facts.get("Code", "Unknown"), facts.get("Message") or "AWS gave no reason"
        next_step = _NEXT_STEPS.get(code, _RUN_AGAIN)
        raise OperationError(f"could not {action}: {code}: {message.rstrip('.')}. {next_step}") from error
    except botocore_errors.NoRegionError as error:
        raise UsageError(f"could not {action}: no region is set. Give a region, or set AWS_REGION.") from error
    except (botocore_errors.NoCredentialsError, botocore_errors.PartialCredentialsError) as error:
        raise OperationError(f"could not {action}: {str(error).rstrip('.')}. {_CHECK_CREDENTIALS}") from error
    except botocore_errors.BotoCoreError as error:
        name = type(error).__name__
        raise OperationError(f"could not {action}: {name}: {str(error).rstrip('.')}. {_RUN_AGAIN}") from error


def is_missing(error: botocore_errors.ClientError) -> bool:
    """Tell whether AWS says that what was asked for does not exist."""
    return error.response.get("Error", {}).get("Code") == "DoesNotExistException"
