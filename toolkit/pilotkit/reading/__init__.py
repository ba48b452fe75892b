"""Files into nouns: YAML, TOML and CSV, with errors that name the file, the key and the line.

Data comes from strangers, so it is bounded: 4 MiB a file, no YAML tags, no key twice, no nesting and no aliases
without end.
"""
