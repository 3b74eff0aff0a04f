"""The only web3: one short wrapper per contract, and the ABI files."""
