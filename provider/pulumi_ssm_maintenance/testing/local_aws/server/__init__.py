"""The server process of the local AWS: its own maintenance windows and patching, and moto for everything else."""
