"""Serve the plugin to the engine that started this process."""

import os
import signal
import stat
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from .provider import AwsProvider

# The engine sends a whole Lambda archive in one message.
_OPTIONS = [("grpc.max_receive_message_length", 400 * 1024 * 1024), ("grpc.so_reuseport", 0)]
_WORKERS = 16


def serve() -> None:
    """Serve until the engine ends; print the port for it on standard output."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os._exit(0))  # a clean shutdown makes the engine wait for seconds
    server = grpc.server(ThreadPoolExecutor(max_workers=_WORKERS), options=_OPTIONS)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(AwsProvider(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    threading.Thread(target=_end_with_engine, daemon=True).start()
    server.wait_for_termination()


def _end_with_engine() -> None:
    """End when standard input ends: the engine keeps that pipe open as long as it runs."""
    if stat.S_ISFIFO(os.fstat(0).st_mode):
        while os.read(0, 4096):
            pass
        os._exit(0)


serve()
