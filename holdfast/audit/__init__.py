"""Replay of every decision: chain + evidence -> report."""
