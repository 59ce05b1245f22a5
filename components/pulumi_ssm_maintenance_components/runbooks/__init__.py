"""Automation runbooks: their steps, documents and roles, and the task that runs one."""
