"""Three versions of one thing become one: what was there, what we made of it, what the package makes of it now.

Text is merged by lines, YAML, TOML and JSON by key. Nothing is ever written with conflict markers in it: where both
sides changed the same thing to something different, ours stays and the difference is told.
"""

from pilotkit.merging.documents import FORMATS, edited
from pilotkit.merging.files import Clash, MergedFile, comments_of, is_similar, merge_files
from pilotkit.merging.texts import merge_texts
from pilotkit.merging.values import Conflict, MergedValue, differences, is_same, merge_values

__all__ = [
    "FORMATS",
    "Clash",
    "Conflict",
    "MergedFile",
    "MergedValue",
    "comments_of",
    "differences",
    "edited",
    "is_same",
    "is_similar",
    "merge_files",
    "merge_texts",
    "merge_values",
]
