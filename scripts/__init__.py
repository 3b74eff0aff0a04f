"""Set-up, demo and checks: run from a checkout, not imported by the product."""
