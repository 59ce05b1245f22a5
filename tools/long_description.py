"""Give the package its long description: README.md, with links that work outside of the repository.

Hatchling runs this when it builds the package: `tool.hatch.metadata.hooks.custom` in pyproject.toml.
"""

import re
import runpy
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)")
_PICTURES = (".svg", ".png")


class LongDescription(MetadataHookInterface):
    """Sets `readme`. The repository's address is the one in `project.urls`, and the version chooses the tag."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the long description to the metadata."""
        root = Path(self.root)
        version = runpy.run_path(str(root / "provider" / "pulumi_ssm_maintenance" / "_version.py"))["__version__"]
        text = (root / "README.md").read_text(encoding="utf-8")
        absolute = with_absolute_links(text, metadata["urls"]["Repository"], f"v{version}")
        metadata["readme"] = {"content-type": "text/markdown", "text": absolute}


def with_absolute_links(text: str, repository: str, tag: str) -> str:
    """Let the relative links of a page at the root of a repository at GitHub lead to the files of a tag."""

    def absolute(link: re.Match[str]) -> str:
        # GitHub leads from `blob` to `tree` where the path is a folder; a picture needs the file itself.
        kind = "raw" if link[1].endswith(_PICTURES) else "blob"
        return f"]({repository}/{kind}/{tag}/{link[1]}"

    return _LINK.sub(absolute, text)
