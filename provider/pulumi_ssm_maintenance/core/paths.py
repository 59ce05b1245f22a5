"""Property paths, such as `targets[0].values`, as messages and the state write them."""

import re
from collections.abc import Iterable

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


def member(path: str, key: str) -> str:
    """Write the path of a member of a structure or map: `targets`, `a.b`, `a["odd key"]`."""
    if not _PLAIN_KEY.fullmatch(key):
        quoted = key.replace("\\", "\\\\").replace('"', '\\"')
        return f'{path}["{quoted}"]'
    return f"{path}.{key}" if path else key


def item(path: str, index: int) -> str:
    """Write the path of an item of a list: `targets[0]`."""
    return f"{path}[{index}]"


def covers(roots: Iterable[str], path: str) -> bool:
    """Return whether `path` is one of `roots` or inside one of them."""
    return any(path == root or path.startswith((f"{root}.", f"{root}[")) for root in roots)


def top_level(path: str) -> str:
    """Give the argument that a path begins with."""
    return re.split(r"[.\[]", path, maxsplit=1)[0]
