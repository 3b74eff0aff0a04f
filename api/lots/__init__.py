"""Lots and what is attested of them."""
