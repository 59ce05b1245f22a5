"""Check before a release that its tag is the version of the package, and that the package names its own repository."""

import runpy
import sys
import tomllib
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parents[1]


def main(tag: str, repository: str) -> int:
    """Print what does not fit. Return the exit code."""
    version = runpy.run_path(str(_CHECKOUT / "provider" / "pulumi_ssm_maintenance" / "_version.py"))["__version__"]
    project = tomllib.loads((_CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = project["urls"]["Repository"]
    changelog = (_CHECKOUT / "CHANGELOG.md").read_text(encoding="utf-8")
    problems = [
        *([] if tag == f"v{version}" else [f"The tag is {tag}, and _version.py says {version}."]),
        *([] if f"## [{version}]" in changelog else [f"CHANGELOG.md has no section of {version}."]),
        *([] if repository == declared else [f"This is {repository}, and pyproject.toml names {declared}."]),
    ]
    print("\n".join(problems) or f"{tag} of {repository} is ready for its release.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
