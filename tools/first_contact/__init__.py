"""Puts the questions that AWS's documentation leaves open to an account, and records what it answers.

It needs boto3 and nothing else. Everything that it makes has a name and a tag of its own, and is removed at the end.
"""
