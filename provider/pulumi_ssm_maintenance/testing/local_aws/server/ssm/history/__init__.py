"""The past runs of windows, their commands, runbooks and nodes: what rehearsals have left behind."""
