"""`LocalAws`, its faults and its request log; the server that it starts is in `server`."""
