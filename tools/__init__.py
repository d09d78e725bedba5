"""What `make` runs: set-up, checks and tests. The standard library only."""
