"""Rehearsals of the windows that a local AWS holds: it is asked over its API, as any AWS would be."""
