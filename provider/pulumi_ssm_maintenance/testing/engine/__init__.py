"""Stacks on the real Pulumi engine: its installation, its runs and what they did."""
