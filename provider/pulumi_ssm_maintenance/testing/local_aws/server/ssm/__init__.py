"""The operations of Systems Manager that concern maintenance windows and patching."""
