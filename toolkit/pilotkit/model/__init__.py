"""The domain model: frozen, typed values, independent of files, databases and the web."""
