"""The web shell: layout, languages, formats, components and safety. What it shows comes from plugins."""
