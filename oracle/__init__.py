"""The oracle: collect, reconcile, bundle, attest, submit."""
