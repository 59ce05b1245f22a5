"""Check maintenance windows against the account: what would fail at night, found by reading alone.

live = read_windows(session, ["mw-…"])
for finding in examine(session, live.windows).findings:
print(finding)
"""

from .examine import CHECK_IDS, Examination, examine
from .findings import Finding, Level

__all__ = ["CHECK_IDS", "Examination", "Finding", "Level", "examine"]
