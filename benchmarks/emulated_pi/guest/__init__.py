"""Programs that run on the emulated board; they import nothing of the checkout's tools."""
