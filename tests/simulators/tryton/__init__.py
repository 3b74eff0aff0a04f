"""The warehouse operator's clerk at work in a real Tryton."""
