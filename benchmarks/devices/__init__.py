"""Reports of benchmarks that people sent in; a store of them, tables and plots out."""
