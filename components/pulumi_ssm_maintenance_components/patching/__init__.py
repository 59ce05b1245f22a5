"""Patching of nodes in a maintenance window, in waves."""
