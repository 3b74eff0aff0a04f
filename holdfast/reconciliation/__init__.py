"""Claim + observations + policy -> verdict. Pure."""
