"""Payments: requested with a case, confirmed by what has arrived."""
