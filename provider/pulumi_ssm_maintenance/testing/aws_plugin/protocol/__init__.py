"""Values, schemas and errors: how the stand-in for the aws plugin talks to the engine."""
