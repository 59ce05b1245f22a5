"""The way to AWS: which account and region, sessions, and the calls."""
