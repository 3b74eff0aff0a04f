"""What `make assurance` runs: each tool's runner answers with rows of one table (check.py)."""
