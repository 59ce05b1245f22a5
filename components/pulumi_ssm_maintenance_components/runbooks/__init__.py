"""Tasks that run an Automation runbook."""
