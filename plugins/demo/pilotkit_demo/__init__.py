"""Demo: an example that ``pilotkit plugin new`` made, until an idea stands in its place."""
