"""Is the service alive, is it ready."""
