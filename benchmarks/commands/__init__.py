"""The commands of ``python -m benchmarks``, a module each: arguments in, results on stdout out."""
