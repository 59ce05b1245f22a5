"""Patch baselines and patch groups."""
