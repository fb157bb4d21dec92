"""The screen of the tools: tables for stdout, progress for stderr, text as it is and not markup."""

from rich.console import Console

results = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
notes = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)
