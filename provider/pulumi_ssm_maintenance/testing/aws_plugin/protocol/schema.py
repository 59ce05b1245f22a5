"""The property names that the installed pulumi_aws declares, read from its source without importing it.

Importing a pulumi_aws module takes ten times as long as reading it, and this runs in every engine operation.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from .errors import UnknownTypeError

_CLASS = re.compile(r"^class (\w+)\b.*?(?=^@pulumi|^class |\Z)", re.MULTILINE | re.DOTALL)
_GETTER = re.compile(
    r'@pulumi\.getter(?:\(name="(\w+)"\))?\n(?:\s+@pulumi\.deprecated\(.*\)\n)?\s+def (\w+)\(self\) -> (.*):$',
    re.MULTILINE,
)
_NESTED = re.compile(r"'(\w+Args)'")
_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Schema:
    """The arguments of a type, each with the names of its nested argument classes, and all its outputs."""

    inputs: dict[str, tuple[str, ...]]
    outputs: frozenset[str]
    module: str

    def nested(self, class_name: str) -> dict[str, tuple[str, ...]]:
        """Return the arguments of a nested class; empty for one of another module."""
        return _nested_classes(self.module).get(class_name, {})


@cache
def schema(token: str) -> Schema:
    """Read the schema of a resource type such as `aws:ssm/document:Document`.

    Raises:
        UnknownTypeError: pulumi_aws has no such type.
    """
    _, place, name = token.split(":")
    module = place.partition("/")[0]
    file = _folder(module) / f"{_CAPITAL.sub('_', name).lower()}.py"
    if not file.is_file():
        raise UnknownTypeError(f"{token}: pulumi_aws has no such resource type")
    classes = _classes(file)
    arguments = next(iter(classes.values()))  # first in the file; mostly, not always, called <Type>Args
    return Schema(inputs=arguments, outputs=frozenset(classes[name]), module=module)


def _folder(module: str) -> Path:
    spec = find_spec("pulumi_aws")
    if spec is None or spec.origin is None:
        raise UnknownTypeError("pulumi_aws is not installed beside this plugin")
    return Path(spec.origin).parent / ("lambda_" if module == "lambda" else module)


@cache
def _nested_classes(module: str) -> dict[str, dict[str, tuple[str, ...]]]:
    return _classes(_folder(module) / "_inputs.py")


def _classes(file: Path) -> dict[str, dict[str, tuple[str, ...]]]:
    source = file.read_text(encoding="utf-8")
    return {match.group(1): _properties(match.group(0)) for match in _CLASS.finditer(source)}


def _properties(body: str) -> dict[str, tuple[str, ...]]:
    found = _GETTER.findall(body)
    return {name or attribute: tuple(_NESTED.findall(annotation)) for name, attribute, annotation in found}
