"""Splits: list, one."""
