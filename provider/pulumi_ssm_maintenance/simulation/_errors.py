"""The error that a rehearsal reports for bad input."""

from pulumi_ssm_maintenance.errors import SsmMaintenanceError


class RehearsalError(SsmMaintenanceError, ValueError):
    """The rehearsal cannot begin: something that it was asked for does not exist or does not fit."""
