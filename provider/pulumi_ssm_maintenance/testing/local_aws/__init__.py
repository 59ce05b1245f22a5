"""An AWS in a process of this machine."""
