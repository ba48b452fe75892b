"""Scaffolding: a package becomes a province's own deployment, and an idea the plugin that it will be put into."""

from pilotkit.model.plugin_kind import PluginKind
from pilotkit.scaffold.making import NewDeployment, new, template_context
from pilotkit.scaffold.order import Order, questions_in
from pilotkit.scaffold.plugins import new_plugin
from pilotkit.scaffold.questions import Question
from pilotkit.scaffold.rendering import render

__all__ = [
    "NewDeployment",
    "Order",
    "PluginKind",
    "Question",
    "new",
    "new_plugin",
    "questions_in",
    "render",
    "template_context",
]
