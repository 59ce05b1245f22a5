"""`ssm-maintenance plan`: the next openings of windows."""
