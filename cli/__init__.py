"""The holdfast command line."""
