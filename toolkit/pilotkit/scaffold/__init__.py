"""Scaffolding: a package becomes a province's own deployment, from a handful of answers."""

from pilotkit.scaffold.making import NewDeployment, new, template_context
from pilotkit.scaffold.order import Order, questions_in
from pilotkit.scaffold.questions import Question
from pilotkit.scaffold.rendering import render

__all__ = ["NewDeployment", "Order", "Question", "new", "questions_in", "render", "template_context"]
