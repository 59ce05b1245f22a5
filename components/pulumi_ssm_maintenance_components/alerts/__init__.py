"""Notifications and alarms when a maintenance window or a task fails."""
