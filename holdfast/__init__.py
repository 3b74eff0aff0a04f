"""Holdfast: warehouse receipts that are true. The shared library a bank or an auditor imports."""

__version__ = "0.1.0"
