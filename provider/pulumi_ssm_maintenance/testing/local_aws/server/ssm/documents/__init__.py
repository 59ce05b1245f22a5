"""The documents that AWS owns; those of an account are moto's."""
