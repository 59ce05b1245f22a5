"""Run Python programs for a Pulumi engine that was built from its Go module.

The official language host is part of the official release only. This one is used with a built engine only. It
supports the commands that work on a stack: preview, up, refresh and destroy. For `pulumi new` and `pulumi install` it
installs the requirements of a project. It runs programs with the Python that started it, whatever environment the
project names. It lists no required plugins: the engine finds them by the versions that the resources of the program
ask for.
"""

import os
import runpy
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator
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
    """The SDK's language server, extended to run programs from files."""

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
        """Pass the program to the main thread, because programs expect to run there."""
        answer: Future[language_pb2.RunResponse] = Future()
        self._runs.put((request, context, answer))
        return answer.result()

    def InstallDependencies(  # noqa: N802 - named by the protocol
        self, request: language_pb2.InstallDependenciesRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.InstallDependenciesResponse]:
        """Make the virtual environment of a project, and install its requirements into it."""
        python, folder = sys.executable, request.info.program_directory
        commands = []
        if "virtualenv" in request.info.options:
            environment = Path(request.info.root_directory, str(request.info.options["virtualenv"]))
            commands.append([python, "-m", "venv", str(environment)])
            python = str(environment / "bin" / "python")
        if Path(folder, "requirements.txt").exists():
            commands.append([python, "-m", "pip", "install", "-r", "requirements.txt"])
        for command in commands:
            with subprocess.Popen(
                command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            ) as process:
                for line in process.stdout or ():
                    yield language_pb2.InstallDependenciesResponse(stdout=line)
            if process.returncode:
                context.abort(grpc.StatusCode.UNKNOWN, f"{' '.join(command)}: exit status {process.returncode}")

    def run_programs(self) -> None:
        """Run programs one after another in the calling thread, until the process ends."""
        while True:
            request, context, answer = self._runs.get()
            try:
                answer.set_result(self._run(request, context))
            except BaseException as error:  # noqa: BLE001 - `Run` reports it to the engine
                answer.set_exception(error)

    def _run(self, request: language_pb2.RunRequest, context: grpc.ServicerContext) -> language_pb2.RunResponse:
        folder = request.info.program_directory
        os.chdir(request.pwd or folder)
        sys.path.insert(0, folder)
        self.program = lambda: _run_program(Path(folder, request.info.entry_point))
        if not request.args:
            request.args.append(self._engine_address)
        response: language_pb2.RunResponse = super().Run(request, context)  # type: ignore[no-untyped-call]  # the SDK's
        # The base class has already logged the error. With its text in the response, the engine would print it twice.
        return language_pb2.RunResponse(bail=bool(response.error))


def _run_program(path: Path) -> None:
    try:
        runpy.run_path(str(path), run_name="__main__")
    except RunError:
        raise
    except Exception as error:  # noqa: BLE001 - show the program's own traceback for every exception
        raise RunError(f"Program failed with an unhandled exception:\n{_program_traceback(error)}") from None


def _program_traceback(error: Exception) -> str:
    trace = error.__traceback__
    while trace and trace.tb_frame.f_code.co_filename.startswith((__file__, "<frozen ")):
        trace = trace.tb_next
    return "".join(traceback.format_exception(type(error), error, trace))


def _leave(signal_number: int, frame: FrameType | None) -> None:
    """End at once: the engine waits up to 5 s for a host that shuts down step by step."""
    del signal_number, frame
    os._exit(0)


def _leave_with(engine: int) -> None:
    """End when the engine has ended, even if it was killed and sent no signal."""
    while os.getppid() == engine:
        time.sleep(1)
    os._exit(0)


def main() -> None:
    """Serve one engine. The first argument is its address."""
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
