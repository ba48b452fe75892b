"""One contract, kept by every plugin; each of its rules is a test of its own."""

from pilotkit.testing import PluginContract


class TestContract(PluginContract):
    plugin = "spark"
