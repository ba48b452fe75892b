"""Pages: what a page is asked with, what forms bring, and how figures and maps are shown."""

from pilotkit.lazy_names import lazy_names

_MODULES = {
    "applications.form_pages": "FilledPage FormField",
    "model.surface": "FormData Stream Upload",
    "web.formats": "Formats",
    "web.page_request": "PageRequest",
    "web.svg_geometry": "PointMap point_map",
    "web.translations": "words_of",
}
__getattr__, _HOMES = lazy_names(__name__, _MODULES)
__all__ = sorted(_HOMES)  # noqa: PLE0605  # a list, but computed from the modules above
