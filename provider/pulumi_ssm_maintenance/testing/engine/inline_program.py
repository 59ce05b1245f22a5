"""Serves a program that is a Python function to the engine."""

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

_SECONDS_TO_END = 10.0


class _CutOffPrograms:
    """Removes the coroutines that a program leaves behind when its engine is killed.

    Automatic garbage collection is off while any program is served: if it meets those coroutines inside `ast.parse`,
    then on Python 3.11 every later assertion of pytest fails with "recursion depth mismatch".
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._served = 0
        self._collects = True
        self._previous_hook = sys.unraisablehook

    def begin(self) -> None:
        with self._lock:
            if self._served == 0:
                self._collects, self._previous_hook = gc.isenabled(), sys.unraisablehook
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
                sys.unraisablehook = self._previous_hook
                if self._collects:
                    gc.enable()

    def _ignore_coroutines(self, unraisable: Any) -> None:
        if not inspect.iscoroutine(unraisable.object):
            self._previous_hook(unraisable)


_CUT_OFF = _CutOffPrograms()


class _Language(LanguageServer):
    """The Automation API's language host, which also ends cleanly when the engine is killed."""

    def __init__(self, program: Program) -> None:
        super().__init__(self._run_program)
        self.idle = threading.Event()
        self.idle.set()
        self._program = program
        self._loop: asyncio.AbstractEventLoop | None = None

    def Run(self, request: Any, context: Any) -> Any:  # noqa: N802 - the protocol's name
        self.idle.clear()
        try:
            return super().Run(request, context)  # type: ignore[no-untyped-call] # the SDK leaves it untyped
        except grpc.RpcError:
            return language_pb2.RunResponse()  # the engine is gone
        finally:
            self._end_tasks()
            self.idle.set()

    def _run_program(self) -> Any:
        self._loop = asyncio.get_running_loop()
        return self._program()

    def _end_tasks(self) -> None:
        """Cancel the tasks that still wait for the engine, while their event loop exists."""
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
    """A program on a port of 127.0.0.1, for the engine's `--client` option."""

    def __init__(self, program: Program) -> None:
        self._language = _Language(program)
        self._workers = ThreadPoolExecutor(max_workers=4)
        self._server = grpc.server(self._workers, options=_GRPC_CHANNEL_OPTIONS)
        language_pb2_grpc.add_LanguageRuntimeServicer_to_server(self._language, self._server)
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        _CUT_OFF.begin()
        self._server.start()

    def close(self, *, cut_off: bool) -> None:
        """Stop serving; `cut_off` says that the engine failed or was killed."""
        self._server.stop(None).wait(_SECONDS_TO_END)
        ended = self._language.idle.wait(_SECONDS_TO_END)
        self._workers.shutdown(wait=ended)
        _CUT_OFF.end(collect=cut_off)
