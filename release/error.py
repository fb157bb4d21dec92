"""The one error of releasing."""


class ReleaseError(Exception):
    """There can be no version, or its files cannot be made; the message says why and what to do."""
