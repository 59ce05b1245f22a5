"""The tasks of a window: commands, functions, state machines."""
