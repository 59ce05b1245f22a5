"""Patching by a runbook: its steps, the approval before the first wave, and the images of nodes."""
