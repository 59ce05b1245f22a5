"""The error that a rehearsal reports for bad input."""


class RehearsalError(ValueError):
    """The rehearsal cannot begin: something that it was asked for does not exist or does not fit."""


class WindowClosedError(RehearsalError):
    """The window does not open: it is disabled, or its schedule has no opening left."""
