"""Event loops for programs under Pulumi's mocks: the SDK takes the loop of the thread, and never closes it."""

import asyncio
from contextlib import contextmanager


@contextmanager
def own_event_loop():
    """Give a loop of its own to what runs inside, and end what that leaves behind, such as a program that failed."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        yield
    finally:
        loop.set_exception_handler(lambda *_: None)  # outputs of a failed program, which nobody has looked at
        pending = asyncio.all_tasks(loop)
        for task in pending:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
        asyncio.set_event_loop(None)
