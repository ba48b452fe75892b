"""The nouns of the field: frozen, typed, and knowing nothing of files, databases or the web."""
