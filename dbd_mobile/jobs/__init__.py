"""The jobs that people do with a detector; each brings its libraries as an extra."""
