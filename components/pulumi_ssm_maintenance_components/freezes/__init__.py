"""Change freezes: periods in which maintenance windows stay disabled."""
