"""Pages: what a page is asked with, what forms bring, and how figures and maps are shown."""

from pilotkit.applications.form_pages import FilledPage as FilledPage
from pilotkit.applications.form_pages import FormField as FormField
from pilotkit.model.surface import FormData as FormData
from pilotkit.model.surface import Stream as Stream
from pilotkit.model.surface import Upload as Upload
from pilotkit.web.formats import Formats as Formats
from pilotkit.web.page_request import PageRequest as PageRequest
from pilotkit.web.svg_geometry import PointMap as PointMap
from pilotkit.web.svg_geometry import point_map as point_map
from pilotkit.web.translations import words_of as words_of
