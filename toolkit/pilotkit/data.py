"""Data: nouns of the model and of a country, costs, and how files become nouns."""

from pilotkit.lazy_names import lazy_names

_MODULES = {
    "errors": "DuplicateError",
    "model.articles": "Article Contact Domain LifeEvent",
    "model.calendar": "Calendar DayException",
    "model.codes": "Code CodeList IdentifierPattern",
    "model.cost": "CaseCost ComplianceCost HourlyWage saved_share",
    "model.data_file": "DataFile Holds",
    "model.people": "Campaign Course Head Norm Role Staffing",
    "model.plain_data": "PlainData",
    "model.search": "SearchDocument SearchSource",
    "model.simulation": "SimulationProfile",
    "model.source": "Sourced",
    "model.text": "Noun search_form",
    "reading.nouns": "noun_from",
    "reading.yaml_data": "read_yaml",
    "search.catalog_documents": "procedure_document",
    "search.relevance": "SearchHit rank",
}
__getattr__, _HOMES = lazy_names(__name__, _MODULES)
__all__ = sorted(_HOMES)  # noqa: PLE0605  # a list, but computed from the modules above
