"""Background jobs: one process of all that share a database runs each, at its interval."""
