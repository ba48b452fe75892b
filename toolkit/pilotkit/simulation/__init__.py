"""Simulated cases: a plausible month, the same from the same seed."""
