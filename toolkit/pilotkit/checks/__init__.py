"""Is this deployment sound? Checks ask one question each and answer with findings: where, what, and what to do."""
