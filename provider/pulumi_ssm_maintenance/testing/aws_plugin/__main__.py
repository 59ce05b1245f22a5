"""Serve the plugin to the engine that started this process."""

from ._server import serve

serve()
