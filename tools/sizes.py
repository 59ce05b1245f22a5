"""Print which packages this one and its extras install, and their sizes, for docs/dependencies.md."""

import re
import sys
from importlib.metadata import PackageNotFoundError, distribution

_NAME = "pulumi-ssm-maintenance"
_SHOWN_FROM = 0.5  # MB
_REQUIREMENT = re.compile(r"([\w.-]+)(?:\[([\w, -]+)\])?[^;]*(?:;(.*))?")
_EXTRA = re.compile(r"extra == [\"']([\w-]+)[\"']")


def main() -> None:
    """Print the base packages, then those that each extra adds."""
    base = _needed(_NAME, frozenset())
    _print("base", base)
    for extra in sys.argv[1:] or ("components", "testing"):
        _print(extra, _needed(_NAME, frozenset([extra])) - base)


def _needed(name: str, extras: frozenset[str], seen: set[str] | None = None) -> set[str]:
    found = set() if seen is None else seen
    for line in distribution(name).requires or ():
        required, its_extras, marker = _REQUIREMENT.fullmatch(line).groups()  # type: ignore[union-attr] # every requirement line matches
        wanted = _EXTRA.search(marker or "")
        normal = re.sub(r"[-_.]+", "-", required).lower()
        if (wanted and wanted[1] not in extras) or normal in found or not _is_installed(normal):
            continue
        found.add(normal)
        _needed(normal, frozenset(re.split(r",\s*", its_extras or "")), found)
    return found


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:  # for another platform or Python
        return False
    return True


def _megabytes(name: str) -> float:
    """Measure the files of a package without compiled byte code."""
    files = (file.locate() for file in distribution(name).files or () if "__pycache__" not in str(file))
    return sum(file.stat().st_size for file in files if file.exists()) / 1e6  # type: ignore[attr-defined] # they are paths


def _print(title: str, names: set[str]) -> None:
    sizes = {name: _megabytes(name) for name in names}
    print(f"{title}: {len(sizes)} packages, {sum(sizes.values()):.0f} MB")
    for name, size in sorted(sizes.items(), key=lambda item: -item[1]):
        if size >= _SHOWN_FROM:
            print(f"  {name} {distribution(name).version}: {size:.1f} MB")


if __name__ == "__main__":
    main()
