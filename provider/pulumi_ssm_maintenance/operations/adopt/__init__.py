"""Adopt maintenance windows that exist: a Pulumi program, its import file, and a stack whose preview is empty.

Example::

    from pathlib import Path

    from pulumi_ssm_maintenance.operations.adopt import apply, plan, read_windows, write

    live = read_windows(session, ["mw-…"])
    adoption = plan(live.windows)
    folder = write(adoption, Path("infrastructure"))
    applied = apply(adoption, folder, "prod")

Nothing here writes to AWS.
"""

from pulumi_ssm_maintenance.operations.accounts import ALL_REGIONS, Access, read_accounts
from pulumi_ssm_maintenance.operations.errors import OperationError, UsageError
from pulumi_ssm_maintenance.operations.live import (
    Live,
    LiveTarget,
    LiveTask,
    LiveWindow,
    Selection,
    WindowSummary,
    find_windows,
    list_windows,
    read_windows,
)

from .engine import Engine
from .folder import Folder, write
from .import_file import ImportEntry, import_entries, import_file
from .into import Joined, Joining, join, match
from .plan import AdoptedProvider, AdoptedTarget, AdoptedTask, AdoptedWindow, Adoption, Secret, Style, plan
from .program import program
from .stack import Applied, Difference, apply, undo
from .terraform import Managed, TerraformState, read_managed, read_state

__all__ = [
    "ALL_REGIONS",
    "Access",
    "AdoptedProvider",
    "AdoptedTarget",
    "AdoptedTask",
    "AdoptedWindow",
    "Adoption",
    "Applied",
    "Difference",
    "Engine",
    "Folder",
    "ImportEntry",
    "Joined",
    "Joining",
    "Live",
    "LiveTarget",
    "LiveTask",
    "LiveWindow",
    "Managed",
    "OperationError",
    "Secret",
    "Selection",
    "Style",
    "TerraformState",
    "UsageError",
    "WindowSummary",
    "apply",
    "find_windows",
    "import_entries",
    "import_file",
    "join",
    "list_windows",
    "match",
    "plan",
    "program",
    "read_accounts",
    "read_managed",
    "read_state",
    "read_windows",
    "undo",
    "write",
]
