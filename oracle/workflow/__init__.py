"""Durable steps, outbox and submission."""
