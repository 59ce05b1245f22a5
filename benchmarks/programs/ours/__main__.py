"""Tasks of this package."""

import pulumi

from pulumi_ssm_maintenance import MaintenanceWindowTask, Provider
from tasks import declared, shards

providers = [Provider(f"shard-{index}") for index in range(shards())]
for number, (name, arguments) in enumerate(declared()):
    options = None
    if providers:
        # Each task waits for all providers. Otherwise the registrations queue behind the first provider that is ready.
        options = pulumi.ResourceOptions(provider=providers[number % len(providers)], depends_on=providers)
    MaintenanceWindowTask(name, **arguments, opts=options)
