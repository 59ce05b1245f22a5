"""Make `.venv` with everything that development needs, including `pulumi`. Uses the standard library only."""
