"""How time and memory grow with size, number and what runs at a time: a module for each."""
