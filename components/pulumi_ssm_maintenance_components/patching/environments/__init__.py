"""The patching of all environments, from one mapping."""
