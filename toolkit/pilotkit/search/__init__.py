"""Search: one index of everything that can be found."""
