"""Maintenance windows, their targets and tasks, and patch baselines, as AWS documents them."""
