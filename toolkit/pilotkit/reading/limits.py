"""How large a file of data may be: data comes from strangers."""

MAXIMUM_BYTES = 4 * 1024 * 1024
"""Bytes of one YAML, TOML or CSV file."""
MAXIMUM_DEPTH = 60
"""How deeply values may stand inside each other."""
MAXIMUM_KEYS = 50_000
"""Keys, parts of dotted keys, and opened tables and lists of one TOML file."""
MAXIMUM_NODES = 400_000
"""Values in one YAML file once its aliases are followed."""
