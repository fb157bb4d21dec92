"""Whether the verdicts of ``BlurDetector.judge`` can be trusted: a module for each measure."""
