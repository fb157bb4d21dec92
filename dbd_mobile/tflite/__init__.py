"""A TFLite file's bytes in; its graph, and what goes in and comes out of it, out."""
