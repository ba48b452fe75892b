"""Names of a package that are loaded when they are first used (PEP 562)."""

from collections.abc import Callable, Mapping
from importlib import import_module


def lazy_names(package: str, modules: Mapping[str, str]) -> tuple[Callable[[str], object], dict[str, str]]:
    """Return a package's ``__getattr__``, and the module of each name.

    Args:
        package: the package that offers the names.
        modules: by module below ``pilotkit``, its names with spaces between.
    """
    homes = {name: f"pilotkit.{module}" for module, names in modules.items() for name in names.split()}

    def load(name: str) -> object:
        if name not in homes:
            raise AttributeError(f"module '{package}' has no attribute '{name}'")
        return getattr(import_module(homes[name]), name)

    return load, homes
