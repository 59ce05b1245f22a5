"""Where the output of commands goes."""
