"""Background work as rows of the same database: enqueue(), handlers, the worker."""
