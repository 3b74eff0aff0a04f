"""EIP-712 typed data, quorum rules, verification in numbered steps. No I/O."""
