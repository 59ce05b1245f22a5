"""Which patches a node gets."""
