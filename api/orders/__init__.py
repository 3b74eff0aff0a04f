"""Orders: prepared, signed, submitted, followed."""
