"""The simulation itself: one opening of a window in virtual time."""
