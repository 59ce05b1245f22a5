"""The errors of Systems Manager that several operations share."""

from pulumi_ssm_maintenance.testing.local_aws.server.api_error import ApiError


def does_not_exist(what: str, identifier: str) -> ApiError:
    """The error for anything that is missing, with the text that AWS has for a window."""
    return ApiError("DoesNotExistException", f"{what} {identifier} does not exist")


def validation_error(reason: str) -> ApiError:
    """The error for a request that breaks a rule."""
    return ApiError("ValidationException", reason)
