"""Files into nouns: YAML, TOML and CSV, with errors that name the file, the key and the line.

Data comes from strangers, so it is bounded: 4 MiB a file, no YAML tags, no key twice, no nesting and no aliases
without end.
"""

from pilotkit.reading.csv_data import read_csv
from pilotkit.reading.files import MAXIMUM_BYTES, read_text
from pilotkit.reading.nouns import data_error, noun_from
from pilotkit.reading.toml_data import parse_toml, read_toml
from pilotkit.reading.yaml_data import MAXIMUM_DEPTH, MAXIMUM_NODES, line_of_key, parse_yaml, read_yaml
from pilotkit.reading.zip_ends import END_SIZE, OTHER_END_SIZE, ZipEnd, zip_end

__all__ = [
    "END_SIZE",
    "MAXIMUM_BYTES",
    "MAXIMUM_DEPTH",
    "MAXIMUM_NODES",
    "OTHER_END_SIZE",
    "ZipEnd",
    "data_error",
    "line_of_key",
    "noun_from",
    "parse_toml",
    "parse_yaml",
    "read_csv",
    "read_text",
    "read_toml",
    "read_yaml",
    "zip_end",
]
