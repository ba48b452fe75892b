"""Verbs that move cases, and the simulation of a month of them."""
