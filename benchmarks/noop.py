"""Providers for the floor and the bound: one keeps the inputs and does nothing else, the other also waits."""

import time
from typing import Any

from pulumi.dynamic import (
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)

from tasks import latency

_OURS = "__provider"


class Noop(ResourceProvider):
    """Answer at once."""

    serialize_as_secret_always = False

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        return CheckResult(dict(news), [])

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        return DiffResult(changes=olds != news)

    def create(self, props: dict[str, Any]) -> CreateResult:
        return CreateResult("noop", dict(props))

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        return UpdateResult(dict(news))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        return ReadResult(id_, dict(props), {name: value for name, value in props.items() if name != _OURS})

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        return


class Waiting(Noop):
    """Wait as long as our calls would take. No provider on four threads can be faster."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        time.sleep(2 * latency())
        return super().create(props)

    def update(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        time.sleep(latency())
        return super().update(id_, olds, news)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        time.sleep(latency())
        return super().read(id_, props)

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        time.sleep(latency())


class NoopTask(Resource, module="bench", name="NoopTask"):
    """A resource that exists in the state only."""

    def __init__(self, name: str, arguments: dict[str, Any]) -> None:
        super().__init__(Waiting() if latency() else Noop(), name, dict(arguments))
