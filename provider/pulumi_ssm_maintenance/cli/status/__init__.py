"""`ssm-maintenance status`: the last runs of windows."""
