"""Stacks on the real Pulumi engine of this machine."""
