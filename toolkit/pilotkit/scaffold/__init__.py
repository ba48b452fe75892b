"""Scaffolding: a package becomes a province's own deployment, and an idea the plugin that it will be put into."""
