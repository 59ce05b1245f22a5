"""Configuration, clients, requests and tags: how the stand-in for the aws plugin calls AWS."""
