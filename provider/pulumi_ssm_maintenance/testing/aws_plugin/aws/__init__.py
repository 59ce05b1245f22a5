"""How the stand-in plugin talks to AWS."""
