"""Maintenance windows, their targets and their tasks."""
