"""How an action fails."""


class ActionError(Exception):
    """The action of a step has failed; the text is the failure message."""

    def __init__(self, message: str, status: str = "Failed") -> None:
        super().__init__(message)
        self.status = status
