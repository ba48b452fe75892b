"""The plugin host: finds plugins, asks them, checks every answer, and names whoever is at fault."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import UnionType
from typing import Any, get_args, get_type_hints

import pluggy

from pilotkit import hookspecs
from pilotkit.errors import DuplicateError, PilotkitError, PluginError

GROUP = "pilotkit.plugins"


@cache
def installed_entry_points() -> dict[str, EntryPoint]:
    """The plugins of this environment by name; looked up once, since it means reading every distribution's metadata."""
    return {point.name: point for point in entry_points(group=GROUP)}


@dataclass(frozen=True)
class PluginInfo:
    """One installed plugin, as ``pilotkit plugins`` lists it."""

    name: str
    distribution: str
    version: str
    enabled: bool
    hooks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Offered:
    """One value and the plugin that offers it."""

    plugin: str
    value: Any


class PluginHost:
    """Loads plugins by name and collects what they offer.

    Args:
        enabled: names of installed plugins, in order.
        extra: further plugins by name, such as the core's own and the deployment's folder.

    Raises:
        PluginError: not installed, broken at import, or with a hook that does not exist.
    """

    def __init__(self, enabled: Iterable[str] = (), extra: Iterable[tuple[str, object]] = ()) -> None:
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self.load_seconds: dict[str, float] = {}
        installed = installed_entry_points()
        for name in enabled:
            self._add(name, lambda name=name: _load(name, installed))  # type: ignore[misc]
        for name, plugin in extra:
            self._add(name, lambda plugin=plugin: plugin)  # type: ignore[misc]

    def _add(self, name: str, load: Callable[[], object]) -> None:
        started = time.perf_counter()
        try:
            self._manager.register(load(), name=name)
            self._manager.check_pending()
        except pluggy.PluginValidationError as problem:
            raise PluginError(
                f"plugin '{name}' offers a hook that does not exist or takes other arguments: {problem}.",
                remedy="Compare it with docs/reference/hooks.md.",
            ) from None
        except ValueError as problem:
            raise PluginError(f"plugin '{name}' is loaded twice: {problem}.", remedy="Name it once.") from None
        self.load_seconds[name] = time.perf_counter() - started

    def collect(self, hook: str, **arguments: Any) -> tuple[Offered, ...]:
        """Ask every plugin that implements ``register_<hook>``, in the order they were enabled.

        Raises:
            PluginError: a plugin raised, or answered with anything but a tuple of the declared types.
        """
        caller = getattr(self._manager.hook, hook)
        wanted = _declared(hook)
        offered: list[Offered] = []
        for implementation in caller.get_hookimpls():
            name = implementation.plugin_name
            taken = {key: value for key, value in arguments.items() if key in implementation.argnames}
            try:
                answer = implementation.function(**taken)
            except PilotkitError:
                raise
            except Exception as problem:
                raise PluginError(
                    f"plugin '{name}' failed in {hook}: {type(problem).__name__}: {problem}.",
                    remedy=f"Mend the plugin, or remove '{name}' from [plugins] enabled in pilot.toml.",
                ) from problem
            offered.extend(Offered(name, value) for value in _checked(answer, wanted, name, hook))
        return tuple(offered)

    def tell(self, hook: str, **facts: Any) -> None:
        """Tell every plugin what has happened. A plugin that fails is reported after all have been told."""
        failed: list[str] = []
        for implementation in getattr(self._manager.hook, hook).get_hookimpls():
            try:
                implementation.function(**{name: facts[name] for name in implementation.argnames})
            except Exception as problem:  # noqa: BLE001  # one plugin's failure must not hide the fact from another
                failed.append(f"'{implementation.plugin_name}' ({type(problem).__name__}: {problem})")
        if failed:
            raise PluginError(
                f"{hook} failed in plugin {', '.join(failed)}.", remedy="What happened is kept. Mend the plugin."
            )

    def listeners(self, hook: str) -> tuple[str, ...]:
        """The plugins that implement a hook, in the order they were enabled."""
        return tuple(each.plugin_name for each in getattr(self._manager.hook, hook).get_hookimpls())

    def tell_one(self, name: str, hook: str, **facts: Any) -> None:
        """Tell one plugin what has happened.

        Raises:
            PluginError: it failed.
        """
        for implementation in getattr(self._manager.hook, hook).get_hookimpls():
            if implementation.plugin_name == name:
                try:
                    implementation.function(**{each: facts[each] for each in implementation.argnames})
                except Exception as problem:
                    raise PluginError(
                        f"{hook} failed in plugin '{name}' ({type(problem).__name__}: {problem}).",
                        remedy="What happened is kept. Mend the plugin.",
                    ) from problem

    def hooks_of(self, name: str) -> tuple[str, ...]:
        """The hooks that a loaded plugin implements."""
        plugin = self._manager.get_plugin(name)
        callers = self._manager.get_hookcallers(plugin) if plugin is not None else None
        return tuple(sorted(caller.name for caller in callers or ()))


def _load(name: str, installed: dict[str, EntryPoint]) -> object:
    if name not in installed:
        raise PluginError(
            f"plugin '{name}' is not installed.",
            remedy=f"Install it (pip install pilotkit-{name}), or remove it from [plugins] enabled in pilot.toml. "
            f"Installed: {', '.join(sorted(installed)) or 'none'}.",
        )
    try:
        plugin: object = installed[name].load()
    except Exception as problem:
        raise PluginError(
            f"plugin '{name}' cannot be loaded: {type(problem).__name__}: {problem}.",
            remedy=f"Mend or reinstall it, or remove '{name}' from [plugins] enabled in pilot.toml.",
        ) from problem
    return plugin


def _declared(hook: str) -> tuple[Any, ...]:
    returned = get_type_hints(getattr(hookspecs, hook))["return"]
    inner = get_args(returned)[0]
    return get_args(inner) if isinstance(inner, UnionType) else (inner,)


def _checked(answer: object, wanted: tuple[Any, ...], name: str, hook: str) -> tuple[Any, ...]:
    names = " or ".join(kind.__name__ for kind in wanted)
    if not isinstance(answer, tuple):
        raise PluginError(
            f"plugin '{name}' answered {hook} with {type(answer).__name__}, not a tuple.",
            remedy=f"Return a tuple of {names}.",
        )
    for value in answer:
        if not isinstance(value, wanted):
            raise PluginError(
                f"plugin '{name}' answered {hook} with a {type(value).__name__} ({value!r:.60}).",
                remedy=f"Every value must be {names}.",
            )
    return answer


def unique(offered: Iterable[Offered], key: Callable[[Any], Any], what: str) -> dict[Any, Any]:
    """What was offered, by its key.

    Raises:
        DuplicateError: two plugins offer the same key; both are named.
    """
    owners: dict[Any, str] = {}
    values: dict[Any, Any] = {}
    for offer in offered:
        name = key(offer.value)
        if name in owners:
            both = f" and by '{offer.plugin}'" if owners[name] != offer.plugin else " twice"
            raise DuplicateError(
                f"{what} '{name}' is offered by '{owners[name]}'{both}.",
                remedy="Remove one, or change it through local/overrides/.",
            )
        owners[name] = offer.plugin
        values[name] = offer.value
    return values


def installed_plugins(enabled: Iterable[str] = ()) -> tuple[PluginInfo, ...]:
    """Every plugin of this environment, whether a deployment uses it or not; each is loaded to list its hooks.

    Raises:
        PluginError: one of them is broken.
    """
    chosen = set(enabled)
    found: list[PluginInfo] = []
    for _, point in sorted(installed_entry_points().items()):
        host = PluginHost([point.name])
        metadata = point.dist
        found.append(
            PluginInfo(
                point.name,
                metadata.name if metadata else "?",
                metadata.version if metadata else "?",
                point.name in chosen,
                host.hooks_of(point.name),
            )
        )
    return tuple(found)
