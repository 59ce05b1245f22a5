"""When things run, and on which nodes."""
