"""The entry point of the command line. ``pilotkit --version`` answers before anything else is loaded."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the ``pilotkit`` command and end the process with a documented exit code."""
    if sys.argv[1:] == ["--version"]:
        from pilotkit.version import __version__

        sys.stdout.write(f"pilotkit {__version__}\n")
        return
    import gc

    gc.disable()  # most commands end before a collection would free anything; `serve` switches it on again
    from pilotkit.cli.app import run

    code = run(sys.argv[1:])
    if "duckdb" not in sys.modules:  # whose bindings count what is left, and complain
        gc.freeze()  # what is left goes with the process; walking it first would take a tenth of a second
    sys.exit(code)
