"""Bytes in, digest out: canonical JSON, manifest, sealing, CIDs, signed messages. No I/O."""
