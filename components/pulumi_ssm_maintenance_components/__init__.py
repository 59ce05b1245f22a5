"""Component resources on top of `pulumi_ssm_maintenance`."""
