"""Where the Pulumi engine is installed, and the settings that keep its runs local."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

PASSPHRASE = "local"  # noqa: S105 - encrypts the state of a test, which is thrown away

# A local stack must not use the user's own account and login.
_NOT_INHERITED = ("AWS_", "PULUMI_")


class EngineNotFoundError(Exception):
    """There is no `pulumi` command beside this Python or on PATH."""


def find_engine() -> Path:
    """Find the `pulumi` executable: beside the running Python first, then on PATH."""
    beside = Path(sys.executable).with_name("pulumi")
    if os.access(beside, os.X_OK):
        return beside
    if on_path := shutil.which("pulumi"):
        return Path(on_path)
    raise EngineNotFoundError(
        f"no Pulumi engine: there is no `pulumi` in {beside.parent} nor on PATH. "
        "Install it (https://www.pulumi.com/docs/install/) or, in a checkout of this project, run `make setup`."
    )


def engine_environment(home: Path | None, backend: Path, extra: Mapping[str, str]) -> dict[str, str]:
    """Return the environment variables of an engine run that keeps its state in `backend` and needs no network.

    `home` is the PULUMI_HOME with the plugins; None keeps the user's own.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_INHERITED)}
    local = {
        # No `.attrs` files: an engine killed while it writes one leaves it empty, and then cannot read the state.
        "PULUMI_BACKEND_URL": f"{backend.as_uri()}?metadata=skip",
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_PYTHON_CMD": sys.executable,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_DEBUG_COMMANDS": "true",  # unlocks --event-log
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    return inherited | local | _home(home) | dict(extra)


def _home(home: Path | None) -> dict[str, str]:
    chosen = str(home) if home else os.environ.get("PULUMI_HOME")
    return {"PULUMI_HOME": chosen} if chosen else {}
