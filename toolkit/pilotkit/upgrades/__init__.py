"""Upgrades: the next version of a package, without losing what a deployment changed itself."""
