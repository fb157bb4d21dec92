"""The exceptions for what goes wrong in an export through no fault of its user."""


class ConversionError(Exception):
    """A converter failed, or gave something else than was asked of it; the message says what."""
