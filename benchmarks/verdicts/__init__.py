"""What decides whether the verdicts of ``BlurDetector.judge`` can be trusted: one module a measure."""
