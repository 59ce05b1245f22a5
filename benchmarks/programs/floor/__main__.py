"""No-op resources with the inputs of tasks."""

from noop import NoopTask
from tasks import declared

for name, arguments in declared():
    NoopTask(name, arguments)
