"""Measures on Apache Spark."""
