"""Check maintenance windows against the account: what would fail at night, found by reading alone.

Example::

live = read_windows(session, ["mw-…"])
for finding in examine(session, live.windows).findings:
    print(finding)
"""

from pulumi_ssm_maintenance.checks.findings import Finding, Level

from .examine import CHECK_IDS, Examination, examine

__all__ = ["CHECK_IDS", "Examination", "Finding", "Level", "examine"]
