"""What the window calls."""

import logging

log = logging.getLogger()
log.setLevel(logging.INFO)


def handler(event: dict[str, str], _context: object) -> None:
    """Note that the window has opened."""
    log.info("window %s opened for %s", event["window"], event["team"])
