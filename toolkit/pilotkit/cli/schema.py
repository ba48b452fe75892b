"""``schema``: what may stand in every YAML file, for editors to complete and check."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pilotkit.cli.output import console, print_json, say

if TYPE_CHECKING:
    from pydantic import BaseModel

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schema(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="One schema, such as 'kpis'; all of their names if absent.")
    ] = None,
    write: Annotated[
        Path | None, typer.Option("--write", metavar="DIR", help="Write every schema there as NAME.schema.json.")
    ] = None,
) -> None:
    """Print JSON Schemas of a deployment's YAML files and of pilot.toml, so that editors complete and check them."""
    from pilotkit.errors import TargetError, UnknownError

    made = schemas()
    if write:
        try:
            write.mkdir(parents=True, exist_ok=True)
            for each, document in made.items():
                text = json.dumps(document, ensure_ascii=False, indent=2)
                (write / f"{each}.schema.json").write_text(f"{text}\n", encoding="utf-8")
        except OSError as problem:
            raise TargetError(f"{write} cannot be written: {problem.strerror}.", remedy="Name another.") from None
        say(f"{len(made)} schemas in {write}")
    elif name is None:
        for each, document in made.items():
            console.print(f"{each:<16}{document['description']}", soft_wrap=True)
    elif name in made:
        print_json(made[name])
    else:
        raise UnknownError(f"there is no schema '{name}'.", remedy=f"There are {', '.join(made)}.")


def schemas() -> dict[str, dict[str, Any]]:
    """Return a JSON Schema (draft 2020-12) of every YAML file, of its overrides, and of ``pilot.toml``."""
    from pilotkit.catalog.tree import FORMS, LISTS, PROCEDURES, SINGLES
    from pilotkit.model.form import Form
    from pilotkit.model.package import PackageInfo
    from pilotkit.model.procedure import Procedure
    from pilotkit.settings import PilotSettings
    from pilotkit.testing.claims import Claim

    found = {
        "procedure": _schema(Procedure, f"{PROCEDURES}/<code>.yaml"),
        "form": _schema(Form, f"{FORMS}/<id>.yaml"),
        **{_called(file): _schema(kind, file, is_list=True) for file, kind in LISTS.items()},
        **{_called(file): _schema(kind, file) for file, kind in SINGLES.items()},
        **_of_plugins(),
        "package": _schema(PackageInfo, "model/package.toml"),
        "pilot": _schema(PilotSettings, "pilot.toml"),
        "quality": _schema(Claim, "a plugin's quality.yaml"),
    }
    return dict(sorted(found.items()))


def _of_plugins() -> dict[str, dict[str, Any]]:
    """Return the schemas of the YAML files that the installed plugins bring; one that is broken brings none."""
    from pilotkit.catalog.data_files import DataFiles
    from pilotkit.catalog.plugins import PluginHost, installed_plugins
    from pilotkit.model.data_file import Holds

    names = [each.name for each in installed_plugins() if not each.problem and "register_data" in each.hooks]
    files = DataFiles(PluginHost(names).collect("register_data")).of_plugins
    return {
        _called(each.path): _schema(each.noun, each.path, is_list=each.holds is Holds.LIST)
        for each in files
        if each.holds is not Holds.ROWS
    }


def _called(file: str) -> str:
    return Path(file).stem.replace("_", "-")


def _schema(kind: type[BaseModel], file: str, *, is_list: bool = False) -> dict[str, Any]:
    made = kind.model_json_schema()
    definitions = made.pop("$defs", {})
    whole: dict[str, Any] = {"type": "array", "items": made} if is_list else made
    head = {"$schema": DRAFT, "title": kind.__name__, "description": file}
    return {**whole, **head, **({"$defs": definitions} if definitions else {})}
