"""A program given as a Python function, served to the engine from this process."""

import asyncio
import gc
import inspect
import sys
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from pulumi.automation._server import LanguageServer
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

Program = Callable[[], Any]

_PATIENCE = 10.0


class _CutOffPrograms:
    """Keeps what a cut-off program leaves behind, its coroutines, from doing harm and from complaining.

    The garbage collector does not run by itself while any program is served: on Python 3.11 it must not meet
    those coroutines inside `ast.parse`, or every later assertion of pytest fails with "recursion depth mismatch".
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._served = 0
        self._collects = True
        self._tell = sys.unraisablehook

    def begin(self) -> None:
        with self._lock:
            if self._served == 0:
                self._collects, self._tell = gc.isenabled(), sys.unraisablehook
                gc.disable()
                sys.unraisablehook = self._ignore_coroutines
            self._served += 1

    def end(self, *, collect: bool) -> None:
        with self._lock:
            if collect:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # "coroutine … was never awaited"
                    gc.collect()
            self._served -= 1
            if self._served == 0:
                sys.unraisablehook = self._tell
                if self._collects:
                    gc.enable()

    def _ignore_coroutines(self, complaint: Any) -> None:
        if not inspect.iscoroutine(complaint.object):
            self._tell(complaint)


_CUT_OFF = _CutOffPrograms()


class _Language(LanguageServer):
    """The Automation API's language host, which also ends well when the engine goes away in the middle."""

    def __init__(self, program: Program) -> None:
        super().__init__(self._observed)
        self.idle = threading.Event()
        self.idle.set()
        self._declare = program
        self._loop: asyncio.AbstractEventLoop | None = None

    def Run(self, request: Any, context: Any) -> Any:  # noqa: N802 - the protocol's name
        self.idle.clear()
        try:
            return super().Run(request, context)  # type: ignore[no-untyped-call] # the SDK leaves it untyped
        except grpc.RpcError:
            return language_pb2.RunResponse()  # nobody is there to be told
        finally:
            self._end_tasks()
            self.idle.set()

    def _observed(self) -> Any:
        self._loop = asyncio.get_running_loop()
        return self._declare()

    def _end_tasks(self) -> None:
        """Cancel what waits for an engine that is gone, while its event loop can still run."""
        loop, self._loop = self._loop, None
        if loop is None or loop.is_closed():
            return
        loop.set_exception_handler(lambda *_: None)
        pending = asyncio.all_tasks(loop)
        for task in pending:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
        loop.close()


class ServedProgram:
    """A program on a port of 127.0.0.1, ready for the engine's `--client`."""

    def __init__(self, program: Program) -> None:
        self._language = _Language(program)
        self._workers = ThreadPoolExecutor(max_workers=4)
        self._server = grpc.server(self._workers, options=_GRPC_CHANNEL_OPTIONS)
        language_pb2_grpc.add_LanguageRuntimeServicer_to_server(self._language, self._server)
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        _CUT_OFF.begin()
        self._server.start()

    def close(self, *, cut_off: bool) -> None:
        """Stop serving; `cut_off` says that the engine went away or failed in the middle."""
        self._server.stop(None).wait(_PATIENCE)
        ended = self._language.idle.wait(_PATIENCE)
        self._workers.shutdown(wait=ended)
        _CUT_OFF.end(collect=cut_off)
