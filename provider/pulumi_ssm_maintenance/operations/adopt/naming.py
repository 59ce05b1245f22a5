"""Names for what is adopted: logical names from those at AWS, and the program's variables from them."""

import builtins
import keyword
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z]+[0-9]*|[0-9]+")
_RESERVED: Final = frozenset({"aws", "config", "pulumi", *dir(builtins), *keyword.kwlist, *keyword.softkwlist})
_AWS_OWNED: Final = re.compile(r"^AWS[A-Za-z]*-")
_LONGEST: Final = 40


def task_name(fields: Mapping[str, Any]) -> str:
    """Give a task's name, or one made of its document, function or state machine."""
    return str(fields.get("Name") or _of_arn(str(fields["TaskArn"])))


def target_name(fields: Mapping[str, Any]) -> str:
    """Give a target's name, or one made of the first value that it selects by."""
    values = [value for target in fields.get("Targets", ()) for value in target.get("Values", ())]
    by_id = any(target.get("Key") == "InstanceIds" for target in fields.get("Targets", ()))
    found = fields.get("Name") or ("instances" if by_id else _words(values[0] if values else ""))
    return str(found or "targets")


def variable(name: str, suffix: str = "") -> str:
    """Turn a logical name into a variable's: `web-nodes` to `web_nodes`."""
    text = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_").lower() or "window"
    text = f"{text}_{suffix}" if suffix else text
    if text in _RESERVED:
        return f"{text}_"
    return f"_{text}" if text[0].isdigit() else text


class Unique:
    """Names that are given out once each: `patch`, `patch-2`."""

    def __init__(self, separator: str = "-") -> None:
        self._separator = separator
        self._taken: set[str] = set()

    def take(self, *candidates: str) -> str:
        """Take the first candidate that is free, or the last one with a number."""
        last = candidates[-1]
        numbered = (f"{last}{self._separator}{number}" for number in range(2, len(self._taken) + 3))
        name = next(name for name in (*candidates, *numbered) if name not in self._taken)
        self._taken.add(name)
        return name


def repeated(names: Iterable[str]) -> set[str]:
    """Give the names that occur more than once."""
    return {name for name, times in Counter(names).items() if times > 1}


def _of_arn(arn: str) -> str:
    """Make a name of an ARN or name: `AWS-RunPatchBaseline` to `run-patch-baseline`."""
    own = re.split(r":(?:function|stateMachine|activity):|/", arn)[-1]
    return _words(_AWS_OWNED.sub("", own.partition(":")[0] if own != arn else own)) or "task"


def _words(text: str) -> str:
    return "-".join(word.lower() for word in _WORD.findall(text))[:_LONGEST].rstrip("-")
