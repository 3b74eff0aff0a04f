"""Plain frozen types of the trade: units, members, receipts, orders. No I/O."""
