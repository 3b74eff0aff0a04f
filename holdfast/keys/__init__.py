"""Encrypted keystores: the only place that holds a private key."""
