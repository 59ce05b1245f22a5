"""The dynamic provider that runs in Pulumi's plugin process."""

from .task_provider import TaskProvider

__all__ = ["TaskProvider"]
