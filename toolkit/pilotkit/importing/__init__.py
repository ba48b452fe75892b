"""Event logs of other systems become cases: read, put in order, and written in batches that may be taken up again."""
