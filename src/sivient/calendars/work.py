"""The room's background work, registered with the worker. Each piece is safe to run twice."""
