"""A stand-in for the Pulumi `aws` plugin: the provider protocol over boto3, for the types a patching stack uses.

`python -m pulumi_ssm_maintenance.testing.aws_plugin` serves it; the engine starts it that way.
It behaves as the real plugin where programs can tell: names, defaults, replacements, computed outputs,
refusals. A type or property that it does not know is an error, never ignored.
"""
