"""Maintenance windows, their targets, and the freezes that disable them."""
