"""Fixtures for every test: the small deployment and the clock that plugin authors use too."""

pytest_plugins = ["pilotkit.testing.fixtures"]
