"""The base of all components: arguments and their checks, errors, names, tags, roles and ARNs."""
