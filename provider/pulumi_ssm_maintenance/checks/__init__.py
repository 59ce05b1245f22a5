"""Checks of what a task needs at AWS, which the command line runs on live windows and the preview on declared tasks."""
