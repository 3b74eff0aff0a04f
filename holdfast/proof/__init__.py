"""Title proofs: QBFT header seals and Merkle-Patricia proofs, offline. Pure."""
