"""How the stand-in plugin talks to the engine."""
