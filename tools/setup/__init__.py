"""Make `.venv` with all that development needs, and a `pulumi` in it. Standard library only."""
