"""Decisions: how each order was judged."""
