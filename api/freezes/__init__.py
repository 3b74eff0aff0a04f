"""Court freezes: list."""
