"""Patching of nodes in waves."""
