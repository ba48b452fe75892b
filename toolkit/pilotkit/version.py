"""Which pilotkit this is. Rooms read it here; the front door is for those outside."""

__version__ = "0.1.0"
