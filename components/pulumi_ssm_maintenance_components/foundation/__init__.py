"""What every component stands on."""
