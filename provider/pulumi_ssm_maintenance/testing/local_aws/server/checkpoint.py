"""Takes back what a night has changed, so that the next night of the same rehearsal begins as the first one did.

A service is copied when the first call that may change it comes: most nights change one or two services.
"""

from __future__ import annotations

import copyreg
import threading
from collections import defaultdict
from copy import deepcopy
from functools import cache, partial
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from .api_call import ApiCall
    from .ssm.service import SsmService

_READING = ("Describe", "Filter", "Get", "Head", "List", "Lookup", "Search")
_Held: TypeAlias = dict[str, dict[str, Any]]
"""What the backends of a service hold, by region."""


class Checkpoint:
    """The state of the services from the moment of `begin` on, as far as calls have changed them since."""

    def __init__(self, ssm: SsmService) -> None:
        self._ssm = ssm
        self._is_active = False
        self._before: dict[tuple[str, str], _Held] = {}
        self._ssm_before: dict[tuple[str, str], Any] = {}
        self._first: dict[tuple[str, str], _Held] | None = None
        """What the first night left, once another has begun."""
        self._ssm_first: dict[tuple[str, str], Any] = {}
        self._not_kept: set[str] = set()

    def control(self, what: str) -> list[str]:
        """Do what the control endpoint asks for; gives the services that could not be taken back."""
        {"begin": self._begin, "rollback": self._roll_back, "end": self._end}[what]()
        return sorted(self._not_kept)

    def before(self, call: ApiCall) -> None:
        """Take note of a call that may change something."""
        if not self._is_active or call.operation.startswith(_READING):
            return
        if self._ssm.serves(call):
            region = call.account, call.region
            if region not in self._ssm_before:
                self._ssm_before[region] = self._ssm.state_of(*region)
        else:
            self.keep(call.service, call.account)

    def _begin(self) -> None:
        self._end()
        self._is_active = True
        self._not_kept.clear()

    def keep(self, service: str, account: str) -> None:
        """Copy what a service holds in an account, before it changes for the first time."""
        if not self._is_active or (service, account) in self._before or service in self._not_kept:
            return
        _let_locks_be_copied()
        try:
            self._before[service, account] = {
                # A backend that its own parts refer to stays itself.
                region: deepcopy(vars(backend), {id(backend): backend})
                for region, backend in _backends(service, account).items()
            }
        except (TypeError, ValueError, AttributeError, RecursionError):  # what moto holds may be anything
            self._not_kept.add(service)

    def _roll_back(self) -> None:
        if self._first is None:
            self._first = {place: _present(*place) for place in self._before}
            self._ssm_first = {region: self._ssm.state_of(*region) for region in self._ssm_before}
        for place, held in self._before.items():
            _restore(*place, held)
        for region, state in self._ssm_before.items():
            self._ssm.set_state(*region, state)
        self._before.clear()
        self._ssm_before.clear()

    def _end(self) -> None:
        """Leave what the first night has left."""
        if self._first is not None:
            self._roll_back()
            for place, held in self._first.items():
                _restore(*place, held)
            for region, state in self._ssm_first.items():
                self._ssm.set_state(*region, state)
        self._is_active, self._first, self._ssm_first = False, None, {}
        self._before.clear()
        self._ssm_before.clear()


def _backends(service: str, account: str) -> dict[str, Any]:
    """The backends of a service that exist in an account, by region."""
    from moto.backends import get_backend  # noqa: PLC0415  # loading moto takes 0.5 s

    found: Any = get_backend(service)  # type: ignore[call-overload]  # its overloads list every service
    return dict(found[account])


def _present(service: str, account: str) -> _Held:
    return {region: dict(vars(backend)) for region, backend in _backends(service, account).items()}


def _restore(service: str, account: str, held: _Held) -> None:
    for region, backend in _backends(service, account).items():
        if region in held:
            vars(backend).clear()
            vars(backend).update(held[region])
        else:
            backend.reset()


@cache
def _let_locks_be_copied() -> None:
    """Teach Python to copy what moto's backends hold besides plain data: locks, and the dictionary of parameters."""
    from moto.ssm.models import ParameterDict  # noqa: PLC0415  # loading moto takes 0.5 s

    register: Any = copyreg.pickle  # its stub knows no function that makes an object of another kind
    for make in (threading.Lock, threading.RLock):
        register(type(make()), partial(_new_lock, make))
    register(ParameterDict, _parts)


def _new_lock(make: Callable[[], object], _: object) -> tuple[Callable[[], object], tuple[()]]:
    return make, ()


def _parts(held: Any) -> Any:
    """Take a dictionary that makes missing values into what it is made of."""
    return _empty, (type(held), held.default_factory), vars(held), None, iter(held.items())


def _empty(kind: type[defaultdict[str, Any]], default: Callable[[], Any]) -> defaultdict[str, Any]:
    made = kind.__new__(kind)
    defaultdict.__init__(made, default)
    return made
