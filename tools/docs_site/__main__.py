"""Build the docs site in `build/docs/site`. Every warning is an error: a broken link, a page without navigation."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from .links import problems_of, report
from .navigation import navigation_of
from .pages import CHECKOUT, repository, write_pages

_TOOL: Final = Path(__file__).parent
_BUILD: Final = CHECKOUT / "build" / "docs"


def main() -> int:
    """Write the pages, let mkdocs build the site from them, and check its links."""
    return build(_BUILD)


def build(folder: Path) -> int:
    """Build the site in a folder. Return the exit code."""
    shutil.rmtree(folder, ignore_errors=True)
    pages = write_pages(folder / "pages")
    source = f'<a href="{repository()}">Source code and issues</a>'
    return run_mkdocs(folder, nav=navigation_of(pages), copyright=source)


def run_mkdocs(folder: Path, **settings: object) -> int:
    """Build `site` in a folder from the pages in `pages`, and check the links of the result."""
    config = folder / "mkdocs.yml"
    fixed = {
        "INHERIT": os.path.relpath(_TOOL / "mkdocs.yml", folder),
        "docs_dir": "pages",
        "site_dir": "site",
        "hooks": [str(_TOOL / "hooks.py")],
    }
    config.write_text(json.dumps({**fixed, **settings}, indent=2), encoding="utf-8")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--config-file", str(config)]
    # The theme would announce its successor at each build: docs/dependencies.md.
    done = subprocess.run(command, check=False, cwd=CHECKOUT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"})
    if done.returncode:
        return done.returncode
    problems = problems_of(folder / "site")
    if problems:
        sys.stderr.write(f"{report(problems)}\n")
        return 1
    sys.stdout.write(f"The site is in {folder / 'site'}: open index.html\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
