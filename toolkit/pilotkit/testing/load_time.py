"""What loading a plugin takes and does, measured in a fresh interpreter once pilotkit itself is there."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache

from pilotkit.errors import PluginError

MOST_SECONDS = 1.0
"""What loading may take: every command waits for it."""
MOST_MEGABYTES = 40
"""How much memory loading may take: every process of a deployment holds it."""

_PROGRAM = """
import json, resource, sys, types
from pilotkit.catalog.plugins import PluginHost, installed_entry_points

def core():
    found = {}
    for module in [each for name, each in list(sys.modules.items()) if f"{name}.".startswith("pilotkit.")]:
        for name, value in list(vars(module).items()):
            if isinstance(value, type) and value.__module__ == module.__name__:
                inside = {key: each for key, each in vars(value).items() if isinstance(each, types.FunctionType)}
                found |= {f"{module.__name__}.{name}.{key}": id(each) for key, each in inside.items()}
            if not name.startswith("__"):
                found[f"{module.__name__}.{name}"] = id(value)
    return found

name = sys.argv[1]
installed_entry_points()
before, memory = core(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
host = PluginHost([name])
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
after = core()
print(json.dumps({
    "seconds": host.load_seconds.get(name, 0),
    "megabytes": grown / (1 << 20 if sys.platform == "darwin" else 1 << 10),
    "changed": sorted(key for key in before if after.get(key) != before[key]),
    "problem": str(host.set_aside.get(name, "")),
}))
"""


@dataclass(frozen=True)
class Loading:
    """How one plugin loaded."""

    seconds: float
    megabytes: float
    """By how much the interpreter's largest memory grew."""
    changed: tuple[str, ...]
    """Names inside pilotkit that mean something else afterwards."""


@lru_cache
def loading_of(name: str) -> Loading:
    """Load one installed plugin in a fresh interpreter.

    Raises:
        PluginError: it cannot be loaded; with what the interpreter said last.
    """
    command = [sys.executable, "-c", _PROGRAM, name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # this interpreter, own words
    if done.returncode:
        raise PluginError(f"{name} cannot be loaded: {done.stderr.strip().splitlines()[-1]}")
    told = json.loads(done.stdout)
    if told["problem"]:
        raise PluginError(f"{name} cannot be loaded: {told['problem']}")
    return Loading(told["seconds"], told["megabytes"], tuple(told["changed"]))
