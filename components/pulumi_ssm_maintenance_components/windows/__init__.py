"""Maintenance windows and their targets."""
