"""Receipts: list, one, history, title, evidence."""
