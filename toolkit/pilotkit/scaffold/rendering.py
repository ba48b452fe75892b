"""cookiecutter in this process: a package's template is rendered file by file, inside a sandbox and inside a folder."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from cookiecutter.generate import generate_file
from cookiecutter.utils import work_in
from jinja2 import TemplateError as JinjaError
from jinja2 import TemplateSyntaxError

from pilotkit.errors import Place, TemplateError
from pilotkit.packages.file_listing import list_files
from pilotkit.packages.paths import fault_of, first_collision
from pilotkit.scaffold.sandbox import Meter, SandboxedTemplates

SETTINGS = "cookiecutter.json"
PROMPTS = "__prompts__"
INCLUDED = "templates"
"""The folder, beside the tree, of what templates import."""
_REFUSED = frozenset(
    {"_extensions", "_jinja2_env_vars", "_templates", "templates", "template", "_copy_without_render", "_new_lines"}
)
"""Settings of cookiecutter that load code, choose another template, or pass files by the sandbox."""
_ANSWER = re.compile(r"\{\{ *cookiecutter(\.\w+)+ *\}\}")
"""All that a name may ask for: cookiecutter renders it a second time, so it has to come out the same."""
_OURS = ("model", "var", "answers.json", ".pilot")
_TELL = "Tell the package's owner; nothing of the template was run."


def read_template_settings(text: str) -> dict[str, Any]:
    """``cookiecutter.json`` as the values that stand in it: none is evaluated, and none may ask to be.

    Raises:
        TemplateError: not JSON, an expression, or a setting that would load or run something.
    """
    name = f"template/{SETTINGS}"
    try:
        settings = json.loads(text)
    except (ValueError, RecursionError):
        raise TemplateError("is not valid JSON.", where=Place(name), remedy=_TELL) from None
    if not isinstance(settings, dict):
        raise TemplateError("must hold a mapping.", where=Place(name), remedy=_TELL)
    for key, value in settings.items():
        where = Place(name, str(key)[:80])
        if key in _REFUSED:
            raise TemplateError("is a setting that a package's template may not use.", where=where, remedy=_TELL)
        if any(mark in json.dumps([key, value], ensure_ascii=False) for mark in ("{{", "{%", "{#")):
            raise TemplateError("holds an expression; values are taken as they are.", where=where, remedy=_TELL)
    return settings


def render(template: Path, context: Mapping[str, Any], into: Path, leave_out: Collection[str] = ()) -> None:
    """Write every file of the template's tree, rendered, below ``into``.

    Args:
        template: the folder that holds ``cookiecutter.json``.
        context: what ``cookiecutter`` means inside a template: plain data.
        into: where to write; nothing is written anywhere else.
        leave_out: patterns (as in :mod:`fnmatch`) of files of the tree that are not wanted this time.

    Raises:
        TemplateError: a hook, a path that leads elsewhere, or whatever goes wrong inside a template.
    """
    tree = _tree(template.resolve())
    environment = SandboxedTemplates((tree, tree.parent / INCLUDED), Meter())
    values = {"cookiecutter": dict(context)}
    names = {
        name: _target(environment, name, values)
        for name in list_files(tree, dotted=True)
        if not any(fnmatch(name, pattern) for pattern in leave_out)
    }
    if twins := first_collision(names.values()):
        raise TemplateError(f"would be written twice (also as '{twins[0]}').", where=Place(twins[1]), remedy=_TELL)
    for name, path in names.items():
        (into / path).parent.mkdir(parents=True, exist_ok=True)
        with work_in(tree):
            _render_file(environment, name, values, into.resolve())


def _tree(template: Path) -> Path:
    if (template / "hooks").exists():
        raise TemplateError("hooks are programs; a package has none.", where=Place("template/hooks"), remedy=_TELL)
    found = [path for path in sorted(template.iterdir()) if path.is_dir() and "{{" in path.name and "}}" in path.name]
    if len(found) != 1:
        raise TemplateError(
            "needs exactly one folder whose name is an expression: the deployment's tree.",
            where=Place("template"),
            remedy=_TELL,
        )
    return found[0]


def _target(environment: SandboxedTemplates, name: str, values: dict[str, Any]) -> str:
    """Return the path a file will have; an answer may be part of it, but may not lead out of the folder."""
    where = Place(f"template/{name}")
    if any(mark in _ANSWER.sub("", name) for mark in ("{{", "{%", "{#")):
        raise TemplateError("has a name that does more than put an answer in.", where=where, remedy=_TELL)
    try:
        path = environment.from_string(name).render(**values)
    except JinjaError as problem:
        raise _failed(where, problem) from None
    fault = fault_of(path)
    if fault or path.split("/")[0].casefold() in _OURS:
        raise TemplateError(
            f"would be written to '{path[:120]}', which {fault or 'the template does not own'}.",
            where=where,
            remedy="Correct the answer it is made of, or tell the package's owner.",
        )
    return path


def _render_file(environment: SandboxedTemplates, name: str, values: dict[str, Any], into: Path) -> None:
    try:
        generate_file(str(into), name, values, environment)
    except Exception as problem:  # a stranger's template can fail in every way there is
        if isinstance(problem, OSError) and not isinstance(problem, JinjaError):
            raise  # the disk's fault, not the template's
        raise _failed(Place(f"template/{name}", line=_line(problem)), problem) from None


def _line(problem: Exception) -> int | None:
    """Jinja rewrites tracebacks so that the last frame is the template's."""
    if isinstance(problem, TemplateSyntaxError):
        return problem.lineno
    lines, trace = None, problem.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.endswith("<template>") or "__jinja_template__" in trace.tb_frame.f_globals:
            lines = trace.tb_lineno
        trace = trace.tb_next
    return lines


def _failed(where: Place, problem: Exception) -> TemplateError:
    said = str(problem).strip().rstrip(".") or type(problem).__name__
    return TemplateError(f"cannot be rendered: {said[:300]}.", where=where, remedy="Tell the package's owner.")
