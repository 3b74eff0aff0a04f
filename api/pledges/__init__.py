"""Pledges: list, one."""
