"""The REST interface: what the pages do, for programs."""
