"""The Pulumi engine that started this plugin: is it still running?"""

import os
from typing import Any

from pulumi_ssm_maintenance.errors import SsmMaintenanceError

_PARENT = os.getppid()


def demand_engine(**_request: Any) -> None:
    """Refuse to send anything once the engine is gone. A killed engine leaves its plugin running.

    What the plugin still sent could take effect after the user has changed the program and run it again.

    Raises:
        SsmMaintenanceError: the engine has ended.
    """
    if os.getppid() != _PARENT:
        raise SsmMaintenanceError(
            "the Pulumi engine that started this provider is gone, so nothing more is sent to AWS"
        )
