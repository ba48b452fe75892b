"""Changes of administrative units: read, previewed, and applied with a handover of open cases."""
