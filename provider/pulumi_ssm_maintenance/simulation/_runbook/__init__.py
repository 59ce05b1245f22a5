"""Runbooks step by step: their content, the way through their steps, and what each action does.

https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-documents.html
"""
