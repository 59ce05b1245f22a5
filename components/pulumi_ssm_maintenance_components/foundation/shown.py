"""How error messages show a value: short, without memory addresses, and never what an output holds."""

import re
import reprlib
from collections.abc import Awaitable, Mapping, Sequence

import pulumi

_LONGEST = 100
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
MOST_BITS = 256  # Python refuses to write out an integer of thousands of digits


class _Short(reprlib.Repr):
    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = _LONGEST
        self.maxlist = self.maxtuple = self.maxset = self.maxdict = 20

    def repr1(self, x: object, level: int) -> str:
        if isinstance(x, pulumi.Output):
            return "an Output"
        if isinstance(x, Awaitable):
            return "an awaitable"
        if isinstance(x, type):
            return f"the class {class_name(x)}"
        # The default text of an object holds its address.
        if type(x).__repr__ is object.__repr__ or isinstance(x, pulumi.Resource):
            return with_article(class_name(type(x)))
        return super().repr1(x, level)

    def repr_int(self, x: int, level: int) -> str:  # noqa: ARG002 - of the base class
        return repr(x) if x.bit_length() <= MOST_BITS else "an enormous number"


_SHORT = _Short()


def shown(value: object) -> str:
    """Write a value for an error message."""
    return _ADDRESS.sub("", _SHORT.repr(value))


def kind(value: object) -> str:
    """Say what a value is without showing it, for values that may be secret."""
    if isinstance(value, bool | int | float):
        return "a number" if type(value) is not bool else "True or False"
    if isinstance(value, str):
        return f"text of {len(value)} characters"
    if value is None or isinstance(value, pulumi.Output):
        return shown(value)
    if isinstance(value, Mapping):
        return "a dict"
    return "a list" if isinstance(value, Sequence) else with_article(class_name(type(value)))


def class_name(cls: type) -> str:
    """Name a class as programs import it: `aws.iam.Role`, `Targets`."""
    package, *folders = cls.__module__.split(".")
    return ".".join(["aws", *folders[:-1], cls.__name__]) if package == "pulumi_aws" else cls.__name__


def with_article(noun: str) -> str:
    """Put `a` or `an` before a noun."""
    return f"{'an' if noun[0] in 'aeiouAEIOU' else 'a'} {noun}"
