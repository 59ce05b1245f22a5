"""Python source text: values and calls, laid out as `ruff format` lays them out.

A program that somebody will go on with has to look as if a person had written it, and comments have to stand where
they belong; neither comes out of `ast.unparse`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

WIDTH: Final = 88
_INDENT: Final = "    "
_ESCAPES: Final = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@dataclass(frozen=True, slots=True)
class Expression:
    """Source text that stands as it is, such as `window.id`."""

    text: str


@dataclass(frozen=True, slots=True)
class Commented:
    """An item of a list, or an argument of a call, with a comment above it."""

    value: Any
    comment: str


@dataclass(frozen=True, slots=True)
class Call:
    """A call: its positional and keyword arguments."""

    function: str
    positional: Sequence[Any] = ()
    keywords: Mapping[str, Any] | None = None


def statement(value: Any, *, assign_to: str | None = None, depth: int = 0) -> str:
    """Write a statement: an expression, assigned to a variable or not."""
    prefix = f"{assign_to} = " if assign_to else ""
    return _indented(depth) + prefix + _laid_out(value, depth, len(prefix), 0)


def _laid_out(value: Any, depth: int, before: int, after: int) -> str:
    """Write a value on one line where it fits between what stands before and after it, else over several."""
    flat = _flat(value)
    if flat is not None and len(_indented(depth)) + before + len(flat) + after <= WIDTH:
        return flat
    inner, outer = _indented(depth + 1), _indented(depth)
    if isinstance(value, str):
        return "(\n" + "".join(f"{inner}{part}\n" for part in _parts(value, WIDTH - len(inner))) + f"{outer})"
    if not isinstance(value, Call | Mapping | list) or not value:
        return _flat(_bare(value)) or ""
    opening, closing = _brackets(value)
    lines = [line for key, item in _items(value) for line in _item_lines(key, item, depth + 1)]
    return "\n".join([opening, *lines, outer + closing])


def _item_lines(key: str, item: Any, depth: int) -> Iterator[str]:
    if isinstance(item, Commented):
        yield from (f"{_indented(depth)}# {line}" for line in item.comment.splitlines())
    yield f"{_indented(depth)}{key}{_laid_out(_bare(item), depth, len(key), 1)},"


def _flat(value: Any) -> str | None:
    """Write a value on one line; None where a comment forbids that."""
    if isinstance(value, Expression):
        return value.text
    if isinstance(value, str):
        return string(value)
    if isinstance(value, Call | Mapping | list):
        opening, closing = _brackets(value)
        parts = [(key, None if isinstance(item, Commented) else _flat(item)) for key, item in _items(value)]
        if any(part is None for _, part in parts):
            return None
        return opening + ", ".join(f"{key}{part}" for key, part in parts) + closing
    return repr(value)


def _brackets(value: Any) -> tuple[str, str]:
    if isinstance(value, Call):
        return f"{value.function}(", ")"
    return ("{", "}") if isinstance(value, Mapping) else ("[", "]")


def _items(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, Call):
        named = [(f"{name}=", item) for name, item in (value.keywords or {}).items()]
        return [*(("", item) for item in value.positional), *named]
    if isinstance(value, Mapping):
        return [(f"{string(str(key))}: ", item) for key, item in value.items()]
    return [("", item) for item in value]


def _bare(value: Any) -> Any:
    return value.value if isinstance(value, Commented) else value


def string(text: str) -> str:
    """Write a string literal with the quotes that need fewer escapes, double ones where it makes no difference."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    return quote + "".join(_escaped(character, quote) for character in text) + quote


def _escaped(character: str, quote: str) -> str:
    if character == quote:
        return f"\\{character}"
    if character in _ESCAPES:
        return _ESCAPES[character]
    return character if character.isprintable() else repr(character)[1:-1]


def _parts(text: str, width: int) -> list[str]:
    """Cut a string into literals of a width: after line ends, else after blanks, else anywhere."""
    whole = string(text)
    if len(whole) <= width:
        return [whole]
    parts: list[str] = []
    for line in text.splitlines(keepends=True) or [text]:
        rest = line
        while len(string(rest)) > width:
            cut = _longest_fit(rest, width)
            parts.append(string(rest[:cut]))
            rest = rest[cut:]
        parts.append(string(rest))
    return parts


def _longest_fit(text: str, width: int) -> int:
    most = next(size for size in range(min(len(text), width), 0, -1) if len(string(text[:size])) <= width)
    blank = text.rfind(" ", 0, most)
    return blank + 1 if blank > 0 else most


def _indented(depth: int) -> str:
    return _INDENT * depth
