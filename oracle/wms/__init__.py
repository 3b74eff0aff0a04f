"""Sources of claims: one adapter per warehouse management system."""
