"""What a program can call and pass: every component and maker of the public API, with the types of its arguments.

All of it is read from the code, so that a new argument, or a new maker, is found by itself.
"""

import inspect
import typing
from dataclasses import dataclass
from typing import Any

import pulumi
from tests.components.minimal import MINIMAL

import pulumi_ssm_maintenance_components as components

# What components and schedules give. No program makes one.
RESULTS = {"Location", "PromotionGap", "Room", "Run", "WaveIds"}
_LATER = {"Output": pulumi.Output, "T": Any}  # for the text in `pulumi.Input`


@dataclass(frozen=True)
class Maker:
    """A function, class method, method or class that a program calls with plain values."""

    name: str
    call: Any
    hints: dict[str, Any]
    required: frozenset[str]
    several: str | None
    """The name of the parameter that takes any number of values, such as `*keys`."""

    def make(self, values):
        """Call it with a value for each of some parameters."""
        rest = {name: value for name, value in values.items() if name != self.several}
        return self.call(*values.get(self.several, ()), **rest)


def arguments(kind):
    """The arguments of a component, by name, with their types."""
    return hints_of(getattr(components, f"{kind.__name__}Args"))


def hints_of(typed):
    """The types of the keys of a mapping, or of the parameters of a function."""
    hints = typing.get_type_hints(typed, localns=_LATER)
    hints.pop("return", None)
    return hints


def makers():
    """Every maker of the public API."""
    for name in components.__all__:
        public = getattr(components, name)
        if inspect.isfunction(public):
            yield _maker(name, public)
        elif _is_made_by_programs(name, public):
            yield _maker(name, public)
            for method, function in inspect.getmembers(public, inspect.ismethod):
                if not method.startswith("_") and method != "fromkeys":  # that of a dict
                    yield _maker(f"{name}.{method}", function)


def _is_made_by_programs(name, public):
    is_class = inspect.isclass(public) and not typing.is_typeddict(public) and not inspect.isabstract(public)
    return is_class and public not in MINIMAL and name not in RESULTS and not issubclass(public, Exception)


def _maker(name, call):
    parameters = inspect.signature(call).parameters.values()
    hints = hints_of(call.__init__ if inspect.isclass(call) else call)
    return Maker(
        name,
        call,
        {parameter.name: hints[parameter.name] for parameter in parameters},
        frozenset(it.name for it in parameters if it.default is it.empty and it.kind is not it.VAR_POSITIONAL),
        next((it.name for it in parameters if it.kind is it.VAR_POSITIONAL), None),
    )
