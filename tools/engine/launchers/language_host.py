"""Run Python programs for a Pulumi engine that was built from its Go module.

The official language host comes with the official release only. This one serves what works on a stack (preview,
up, refresh, destroy) and stands beside a built engine only. It names no required plugins: the engine finds each
by the version that the program's resources register with.
"""

import os
import runpy
import signal
import sys
import threading
import time
import traceback
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from types import FrameType

import grpc
from pulumi import RunError
from pulumi.automation._server import LanguageServer
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

_Run = tuple[language_pb2.RunRequest, grpc.ServicerContext, Future[language_pb2.RunResponse]]


class LanguageHost(LanguageServer):
    """The SDK's own language server, given programs by their path."""

    def __init__(self, engine_address: str) -> None:
        super().__init__(program=lambda: None)
        self._engine_address = engine_address
        self._runs: SimpleQueue[_Run] = SimpleQueue()

    def Handshake(  # noqa: N802 - named by the protocol
        self, request: language_pb2.LanguageHandshakeRequest, context: grpc.ServicerContext
    ) -> language_pb2.LanguageHandshakeResponse:
        """Accept every engine."""
        del request, context
        return language_pb2.LanguageHandshakeResponse()

    def Run(  # noqa: N802 - named by the protocol
        self, request: language_pb2.RunRequest, context: grpc.ServicerContext
    ) -> language_pb2.RunResponse:
        """Hand the program to the main thread, which is where programs expect to run."""
        answer: Future[language_pb2.RunResponse] = Future()
        self._runs.put((request, context, answer))
        return answer.result()

    def run_programs(self) -> None:
        """Run programs in the calling thread, one after another, until the process ends."""
        while True:
            request, context, answer = self._runs.get()
            try:
                answer.set_result(self._run(request, context))
            except BaseException as error:  # noqa: BLE001 - the waiting call reports it to the engine
                answer.set_exception(error)

    def _run(self, request: language_pb2.RunRequest, context: grpc.ServicerContext) -> language_pb2.RunResponse:
        folder = request.info.program_directory
        os.chdir(request.pwd or folder)
        sys.path.insert(0, folder)
        self.program = lambda: _run_program(Path(folder, request.info.entry_point))
        if not request.args:
            request.args.append(self._engine_address)
        response: language_pb2.RunResponse = super().Run(request, context)  # type: ignore[no-untyped-call]  # the SDK's
        # The base class has logged the error already; named again here, the engine would print it twice.
        return language_pb2.RunResponse(bail=bool(response.error))


def _run_program(path: Path) -> None:
    try:
        runpy.run_path(str(path), run_name="__main__")
    except RunError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever the program raises, its own traceback is what helps
        raise RunError(f"Program failed with an unhandled exception:\n{_program_traceback(error)}") from None


def _program_traceback(error: Exception) -> str:
    trace = error.__traceback__
    while trace and trace.tb_frame.f_code.co_filename.startswith((__file__, "<frozen ")):
        trace = trace.tb_next
    return "".join(traceback.format_exception(type(error), error, trace))


def _leave(signal_number: int, frame: FrameType | None) -> None:
    """Leave at once: while a host winds down politely, the engine waits up to 5 s for it."""
    del signal_number, frame
    os._exit(0)


def _leave_with(engine: int) -> None:
    """Leave when the engine is gone, also when it was killed and could not say so."""
    while os.getppid() == engine:
        time.sleep(1)
    os._exit(0)


def main() -> None:
    """Serve one engine, whose address is the first argument."""
    signal.signal(signal.SIGINT, _leave)
    signal.signal(signal.SIGTERM, _leave)
    threading.Thread(target=_leave_with, args=(os.getppid(),), daemon=True).start()
    host = LanguageHost(sys.argv[1])
    server = grpc.server(ThreadPoolExecutor(max_workers=4))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    host.run_programs()


if __name__ == "__main__":
    main()
