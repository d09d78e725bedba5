"""The append-only log of what happened; every room may write to it."""
