"""Work: background jobs."""

from pilotkit.jobs.job_context import JobContext as JobContext
from pilotkit.model.job import Job as Job
from pilotkit.model.job import JobState as JobState
