"""Deliveries: list, one."""
