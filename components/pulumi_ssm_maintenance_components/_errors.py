"""What the components raise when an argument is wrong, while the program runs and before anything is made."""

from pulumi_ssm_maintenance.errors import SsmMaintenanceError


class ArgumentError(SsmMaintenanceError, ValueError):
    """An argument of a component is wrong; the text names it, what was given, and what is allowed."""
