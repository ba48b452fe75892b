"""The plugin host: finds plugins, asks them, checks every answer, and names whoever is at fault."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import UnionType
from typing import Any, get_args, get_type_hints

import pluggy

from pilotkit import hookspecs
from pilotkit.catalog.faults import DISPENSABLE, HOOKS, is_dispensable, marked_hooks, meant, written_hooks
from pilotkit.errors import DuplicateError, PilotkitError, PluginError

GROUP = "pilotkit.plugins"
SLOW_SECONDS = 2.0
"""A plugin that takes longer to load is named in the log: every command waits for it."""
_LOG = logging.getLogger(__name__)


@cache
def installed_entry_points() -> dict[str, EntryPoint]:
    """Return the plugins of this environment by name; looked up once, since all metadata is read."""
    return {point.name: point for point in entry_points(group=GROUP)}


@dataclass(frozen=True)
class PluginInfo:
    """One installed plugin, as ``pilotkit plugins`` lists it."""

    name: str
    distribution: str
    version: str
    enabled: bool
    hooks: tuple[str, ...] = ()
    problem: str = ""
    """Why it cannot be used, and what to do; empty when it can."""


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

    A broken plugin that a deployment may go on without (see :mod:`pilotkit.catalog.faults`) is set aside: the log names
    it, ``set_aside`` says why, and ``pilotkit check`` finds an error.

    Raises:
        PluginError: one that is needed is not installed, broken at import, or has a hook that does not exist.
    """

    def __init__(self, enabled: Iterable[str] = (), extra: Iterable[tuple[str, object]] = ()) -> None:
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self.load_seconds: dict[str, float] = {}
        self.set_aside: dict[str, PluginError] = {}
        self._not_loaded: set[str] = set()
        installed = installed_entry_points()
        for name in enabled:
            try:
                self._add(name, lambda name=name: _load(name, installed))  # type: ignore[misc]
            except PluginError as problem:
                if self._manager.has_plugin(name) or not is_dispensable(written_hooks(installed.get(name))):
                    raise
                self._not_loaded.add(name)
                self._set_aside(name, problem)
        for name, plugin in extra:
            self._add(name, lambda plugin=plugin: plugin)  # type: ignore[misc]

    def _add(self, name: str, load: Callable[[], object]) -> None:
        started = time.perf_counter()
        plugin = load()
        try:
            self._manager.register(plugin, name=name)
        except ValueError as problem:
            raise PluginError(f"plugin '{name}' is loaded twice: {problem}.", remedy="Name it once.") from None
        except pluggy.PluginValidationError as problem:
            raise self._refused(name, plugin, problem) from None
        try:
            self._manager.check_pending()
        except pluggy.PluginValidationError as problem:
            raise self._refused(name, plugin, problem) from None
        self.load_seconds[name] = seconds = time.perf_counter() - started
        if seconds > SLOW_SECONDS:
            _LOG.warning(
                "plugin '%s' took %.1f s to load, and every command waits for it. "
                "Import what is slow inside the hook that needs it.",
                name,
                seconds,
            )

    def _refused(self, name: str, plugin: object, problem: Exception) -> PluginError:
        """Return what to say of hooks that cannot be; the plugin is out of the host again."""
        if self._manager.is_registered(plugin):
            self._manager.unregister(plugin)
        unknown = sorted(marked_hooks(plugin) - {*HOOKS})
        guesses = [f"'{hook}': did you mean '{meant(hook)}'?" for hook in unknown if meant(hook) in HOOKS]
        return PluginError(
            f"plugin '{name}' offers a hook that does not exist or takes other arguments: {problem}.",
            remedy=" ".join([*guesses, "Compare it with docs/reference/hooks.md."]),
        )

    def _set_aside(self, name: str, problem: PluginError) -> None:
        self.set_aside[name] = problem
        _LOG.error("%s Everything else goes on without it.", problem)

    def collect(self, hook: str, **arguments: Any) -> tuple[Offered, ...]:
        """Ask every plugin that implements ``register_<hook>``, in the order they were enabled.

        Raises:
            PluginError: a plugin raised, or answered with anything but a tuple of the declared types, and the hook is
                one that a deployment needs every answer to. Of others, such as pages, the answer is set aside.
        """
        caller = getattr(self._manager.hook, hook)
        wanted = _declared(hook)
        offered: list[Offered] = []
        for implementation in caller.get_hookimpls():
            name = implementation.plugin_name
            if name in self._not_loaded:
                continue  # pluggy keeps the hooks that it took before it met the wrong one
            try:
                answer = _answer(implementation, hook, arguments, wanted)
            except PluginError as problem:
                if hook not in DISPENSABLE:
                    raise
                self._set_aside(name, problem)
            else:
                offered.extend(Offered(name, value) for value in answer)
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
        """Return the plugins that implement a hook, in the order they were enabled."""
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
        """Return the hooks that a loaded plugin implements."""
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


def _answer(implementation: Any, hook: str, given: dict[str, Any], wanted: tuple[Any, ...]) -> tuple[Any, ...]:
    name = implementation.plugin_name
    taken = {key: value for key, value in given.items() if key in implementation.argnames}
    try:
        answer = implementation.function(**taken)
    except PilotkitError:
        raise
    except Exception as problem:
        raise PluginError(
            f"plugin '{name}' failed in {hook}: {type(problem).__name__}: {problem}.",
            remedy=f"Mend the plugin, or remove '{name}' from [plugins] enabled in pilot.toml.",
        ) from problem
    return _checked(answer, wanted, name, hook)


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
    """Return what was offered, by its key.

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

    One that is broken is listed with its ``problem``.
    """
    chosen = set(enabled)
    return tuple(_described(point, point.name in chosen) for _, point in sorted(installed_entry_points().items()))


def _described(point: EntryPoint, is_enabled: bool) -> PluginInfo:  # noqa: FBT001  # of two arguments, the second
    distribution = point.dist
    names = (distribution.name, distribution.version) if distribution else ("?", "?")
    try:
        host = PluginHost([point.name])
    except PluginError as problem:
        return PluginInfo(point.name, *names, is_enabled, (), str(problem))
    aside = host.set_aside.get(point.name)
    return PluginInfo(point.name, *names, is_enabled, host.hooks_of(point.name), str(aside or ""))
