"""What happens to a task, step by step: check, diff, create, read, update, delete."""
