"""The request of one page: who asks for what, in which language, when; and the services that answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from gettext import NullTranslations
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pilotkit.catalog.catalog import Catalog
from pilotkit.catalog.deployment import Deployment
from pilotkit.model.access import ANONYMOUS, CITIZEN, Authority
from pilotkit.model.personal import Person
from pilotkit.model.surface import FormData, Page
from pilotkit.model.text import LocalText
from pilotkit.web.cookies_and_csrf import NOBODY, Requester
from pilotkit.web.formats import Formats
from pilotkit.web.sitemap import SiteMap, site_map
from pilotkit.web.translations import SHELL, words_of

if TYPE_CHECKING:
    from sqlalchemy import MetaData

    from pilotkit.access.access import Access
    from pilotkit.applications.applications import Applications
    from pilotkit.applications.tracking import CaseTracking
    from pilotkit.casework.officer_desk import OfficerDesk
    from pilotkit.casework.operations import Operations
    from pilotkit.casework.printing import Printing
    from pilotkit.casework.queue import Queue
    from pilotkit.measures.measures import Measures
    from pilotkit.measures.signoffs import SignOffs
    from pilotkit.services import Services
    from pilotkit.storage.plugin_tables import PluginTables


@dataclass(frozen=True)
class PageRequest:
    """One request for one page. Pages are functions of it, so a test needs no server.

    ``query`` is bounded: short values, no control characters. ``package`` is the import package whose words are used.
    """

    deployment: Deployment
    language: str
    now: datetime
    """Aware."""
    query: Mapping[str, str] = field(default_factory=dict)
    path: Mapping[str, str] = field(default_factory=dict)
    """The parameters of the path."""
    page: str = ""
    """The page's name."""
    package: str = SHELL
    authority: Authority = ANONYMOUS
    """Who asks, and what they may do."""
    guest: Requester = NOBODY
    """The browser that asks; for the pages that sign in and out."""
    posted: FormData = field(default_factory=FormData)
    """What the form sent; empty where nothing was."""
    form_token: str = ""
    """What every form of the page carries in the field ``form_token``, so that no other site can send it."""

    origin: str = ""
    """Scheme and host that the visitor came to, as an address outside a page needs them; never to be trusted."""

    @cached_property
    def _services(self) -> Services:
        """The web application puts its own here, opened once for all requests."""
        from pilotkit.services import Services  # noqa: PLC0415  # what most pages never need

        return Services(self.deployment, lambda: self.now)

    @cached_property
    def officer_desk(self) -> OfficerDesk:
        """Cases, within the permissions and units of the account."""
        return self._services.officer_desk(self.authority)

    @property
    def applications(self) -> Applications:
        """Drafts and applications of citizens."""
        return self._services.applications

    @property
    def tracking(self) -> CaseTracking:
        """Cases as the citizens who sent them follow them."""
        return self._services.tracking

    @property
    def access(self) -> Access:
        """Signing in and out."""
        return self._services.access

    @property
    def queue(self) -> Queue:
        """Queue tickets of the service points."""
        return self._services.queue

    @property
    def operations(self) -> Operations:
        """The day at work; it asks for no permissions: the page has."""
        return self._services.operations

    @property
    def printing(self) -> Printing:
        """Printed documents; they ask for no permissions: the page has."""
        return self._services.printing

    @property
    def sign_offs(self) -> SignOffs:
        """Figures that heads have signed."""
        return self._services.at(self.now).sign_offs

    @property
    def keeps_personal_data(self) -> bool:
        """Whether the server has keys to seal what people send."""
        return self._services.vault.has_keys

    def tables(self, metadata: MetaData) -> PluginTables:
        """Return the tables of the page's plugin.

        Raises:
            PluginError: a table is the core's.
        """
        return self._services.tables(metadata)

    @property
    def catalog(self) -> Catalog:
        """Everything the deployment knows."""
        return self.deployment.catalog

    @cached_property
    def site_map(self) -> SiteMap:
        """The deployment's pages."""
        return site_map(self.deployment)

    @cached_property
    def person(self) -> Person | None:
        """What the provider says of the citizen who has signed in; None for everybody else."""
        if not self.authority.subject.startswith(CITIZEN) or not self.guest.session:
            return None
        return self._services.access.person(self.guest.session)

    @property
    def navigation(self) -> tuple[Page, ...]:
        """The pages of the header that are for whoever asks."""
        may = self.authority.permissions
        return tuple(page for page in self.site_map.navigation if page.permission is None or page.permission in may)

    @cached_property
    def measures(self) -> Measures:
        """KPI values of this deployment."""
        from pilotkit.measures.measures import Measures  # noqa: PLC0415  # an engine that most pages never need

        return Measures(self.deployment)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The deployment's time zone."""
        return ZoneInfo(self.deployment.settings.deployment.timezone)

    @property
    def today(self) -> date:
        """The date where the deployment is."""
        return self.now.astimezone(self.zone).date()

    @cached_property
    def formats(self) -> Formats:
        """How this language writes figures."""
        return Formats(self.language, self.deployment.settings.deployment.currency)

    @property
    def words(self) -> NullTranslations:
        """The messages of the page's package."""
        return words_of(self.package, self.language)

    def url(self, name: str, /, **parameters: object) -> str:
        """Return the address of a page in this language.

        Raises:
            UnknownError: nobody offers that page.
        """
        return self.site_map.url(self.language, name, **parameters)

    def text(self, words: LocalText) -> str:
        """Words of the data in this language, or in the one they were written in."""
        return words.in_language(self.language)

    def gettext(self, message: str) -> str:
        """Return a message of the code in this language."""
        return self.words.gettext(message)

    def ngettext(self, one: str, many: str, count: int) -> str:
        """Return a message that counts, in this language."""
        return self.words.ngettext(one, many, count)
