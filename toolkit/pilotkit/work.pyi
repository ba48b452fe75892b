from pilotkit.catalog.connectors import connect as connect
from pilotkit.jobs.job_context import JobContext as JobContext
from pilotkit.model.job import Job as Job
from pilotkit.model.job import JobState as JobState
from pilotkit.model.simulation import Simulation as Simulation
from pilotkit.simulation.simulation_context import SimulationContext as SimulationContext
