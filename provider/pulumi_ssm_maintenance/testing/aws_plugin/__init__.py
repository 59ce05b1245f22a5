"""A stand-in for the Pulumi `aws` plugin: the provider protocol over boto3, for the types a patching stack uses.

The engine starts it as `python -m pulumi_ssm_maintenance.testing.aws_plugin`.
It behaves as the real plugin where programs can tell the difference: names, defaults, replacements, computed
outputs and refusals. A type or property that it does not know is an error and never ignored.
"""
