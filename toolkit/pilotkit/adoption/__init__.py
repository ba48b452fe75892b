"""Adoption receipts: what a deployment runs and how it does, signed by its province, for the ministry to read."""
