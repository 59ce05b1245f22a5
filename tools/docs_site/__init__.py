"""Builds the docs site: `make docs`."""
