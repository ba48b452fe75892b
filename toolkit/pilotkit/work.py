"""Work: background jobs, simulated days, and connections to other systems."""

from pilotkit.lazy_names import lazy_names

_MODULES = {
    "catalog.connectors": "connect",
    "jobs.job_context": "JobContext",
    "model.job": "Job JobState",
    "model.simulation": "Simulation",
    "simulation.simulation_context": "SimulationContext",
}
__getattr__, _HOMES = lazy_names(__name__, _MODULES)
__all__ = sorted(_HOMES)  # noqa: PLE0605  # a list, but computed from the modules above
