"""Rehearsals of windows in a local AWS, which are read by its API."""
