"""Patch baselines, and the AWS documents that patch by them."""
