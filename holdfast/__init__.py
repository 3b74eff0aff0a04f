"""Holdfast: warehouse receipts that are true. The shared library a bank or an auditor imports."""

import sys

# py_ecc, which web3 brings along, raises the recursion limit to 100,000 when first imported. There a deeply
# nested JSON body overruns the C stack and ends the process instead of raising RecursionError. So it is
# imported here, before anything else can, and the limit is put back.
import py_ecc as _py_ecc  # noqa: F401

sys.setrecursionlimit(1_000)

__version__ = "0.1.0"
