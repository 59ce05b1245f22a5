"""Check maintenance windows against the account: what would fail at night, found by reading alone.

Example::

    from pulumi_ssm_maintenance.operations.doctor import examine
    from pulumi_ssm_maintenance.operations.live import read_windows

    live = read_windows(session, ["mw-…"])
    for finding in examine(session, live.windows).findings:
        print(finding)
"""

from pulumi_ssm_maintenance.checks.findings import Finding, Level

from .examine import CHECK_IDS, Examination, examine

__all__ = ["CHECK_IDS", "Examination", "Finding", "Level", "examine"]
