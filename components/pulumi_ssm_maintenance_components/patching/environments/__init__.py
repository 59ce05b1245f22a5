"""Patching of several environments from one configuration."""
