"""The only SQL for operational data. Rows never leave this room; nouns do."""
