"""The rehearsal of a whole Pulumi program, deployed in a temporary place."""
