"""How people learn of a run that goes wrong."""
