"""The session that operations are given."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import boto3


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
