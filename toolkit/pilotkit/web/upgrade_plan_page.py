"""The plan of an upgrade as one page that needs nothing beside it: to be sent, printed, signed off."""

from __future__ import annotations

import base64
import json
import re
from datetime import date, time
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from pilotkit.catalog.tree import MODEL
from pilotkit.model.plain_data import PlainData
from pilotkit.model.upgrade import ProcedureChange, UpgradePlan
from pilotkit.settings import PilotSettings
from pilotkit.web.formats import Formats
from pilotkit.web.theme import stylesheet
from pilotkit.web.translations import SHELL, words_of

_STATIC = Path(__file__).parent / "static"
_FONTS = _STATIC / "vendor" / "fonts.css"
_WEIGHTS = ("400", "600")
_FACE = re.compile(r"@font-face\{[^}]*\}")
_FILE = re.compile(r'url\("(files/[^"]+)"\)')


def plan_page(plan: UpgradePlan, settings: PilotSettings, language: str | None = None) -> str:
    """Return the HTML of a plan.

    Args:
        plan: what an upgrade would do, or did.
        settings: of the deployment: its name, its colour, its languages.
        language: what the page speaks; None: the deployment's main language.
    """
    who = settings.deployment
    spoken = language or who.languages[0]
    words = words_of(SHELL, spoken)
    environment = Environment(
        loader=PackageLoader(SHELL),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    install: Any = getattr(environment, "install_gettext_callables")  # noqa: B009  # the extension adds it
    install(words.gettext, words.ngettext, newstyle=True)
    formats = Formats(spoken, who.currency)
    environment.filters.update({"number": formats.number, "value": _value})
    template = environment.get_template("upgrade_plan.html")
    return template.render(
        plan=plan,
        name=who.name.in_language(spoken),
        language=spoken,
        style=f"{stylesheet(settings.theme.accent)}{_fonts()}{(_STATIC / 'shell.css').read_text(encoding='utf-8')}",
        settings=[each for each in plan.effective if not each.file.startswith(f"{MODEL}/")],
        cases=_cases(plan.procedures),
        rows=[(each, _dated(each)) for each in plan.procedures],
    )


def _cases(procedures: tuple[ProcedureChange, ...]) -> int | None:
    """Open cases of all that changes; None where nobody could count them."""
    counts = [each.open_cases for each in procedures if each.kind != "added"]
    return None if None in counts else sum(each or 0 for each in counts)


def _dated(change: ProcedureChange) -> list[tuple[str, Any]]:
    return [*(("deadline", each) for each in change.deadlines), *(("fee", each) for each in change.fees)]


def _value(value: PlainData) -> str:
    """Return a value as a person writes it: words as they are, keys beside their values, the rest as JSON."""
    if value is None:
        return "\N{EM DASH}"
    if isinstance(value, dict) and all(isinstance(each, str | int | float) for each in value.values()):
        return " · ".join(f"{name} {_value(each)}" for name, each in value.items())
    if isinstance(value, date | time):
        return value.isoformat()
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _fonts() -> str:
    """Return the typeface inside the page; nothing where the assets were not built, so that the system's is used."""
    if not _FONTS.is_file():
        return ""
    faces = _FACE.findall(_FONTS.read_text(encoding="utf-8"))
    return "".join(_FILE.sub(_inside, each) for each in faces if any(f"font-weight:{it};" in each for it in _WEIGHTS))


def _inside(found: re.Match[str]) -> str:
    data = base64.b64encode((_FONTS.parent / found[1]).read_bytes()).decode()
    return f'url("data:font/woff2;base64,{data}")'
