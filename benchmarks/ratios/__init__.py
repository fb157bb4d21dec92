"""Ratios that hardly depend on how fast a machine is, and whether they got worse."""
