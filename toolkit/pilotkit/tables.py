"""Tables: what a plugin keeps in the database."""

from pilotkit.lazy_names import lazy_names

_MODULES = {
    "model.surface": "TableSet",
    "storage.plugin_tables": "PluginTables",
}
__getattr__, _HOMES = lazy_names(__name__, _MODULES)
__all__ = sorted(_HOMES)  # noqa: PLE0605  # a list, but computed from the modules above
