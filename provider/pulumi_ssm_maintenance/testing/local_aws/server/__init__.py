"""The server process of the local AWS: HTTP in front, maintenance windows of its own, moto for the rest."""
