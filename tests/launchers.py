"""The launchers of the plugin for dynamic resources."""

OFFICIAL = "official"
LAUNCHERS = ["exec", OFFICIAL]
"""The forms of a launcher: one that becomes Python by `exec`, as the one of this checkout, and Pulumi's own."""

# Pulumi's own launcher starts Python as a child of its shell, without `exec`: when the engine is killed, the shell
# survives, and Python's parent stays the same.
_OFFICIAL_FORM = '#!/bin/sh\n"${PULUMI_PYTHON_CMD:-python3}" -u -m pulumi.dynamic $@\n'


def write_official_launcher(folder):
    """Write a launcher of Pulumi's own form; give its path."""
    launcher = folder / "pulumi-resource-pulumi-python"
    launcher.write_text(_OFFICIAL_FORM)
    launcher.chmod(0o755)
    return launcher


def use_launcher(kind, folder, monkeypatch):
    """Let the engine start its plugins with this launcher: the engine looks on PATH before it looks beside itself."""
    if kind == OFFICIAL:
        write_official_launcher(folder)
        monkeypatch.setenv("PATH", str(folder), prepend=":")
