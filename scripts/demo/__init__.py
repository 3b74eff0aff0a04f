"""The demonstration: one port, seven members, one lot, four frauds. Apart from the product it shows."""
