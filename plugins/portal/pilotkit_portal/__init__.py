"""The citizen's first pages: find a procedure, read it, find the place that serves it."""
