"""The steps in the life of a task: check, diff, create, read, update, delete."""
