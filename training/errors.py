"""The one exception for what a user of the training and evaluation tools can put right."""


class InputError(Exception):
    """A file, folder, option or configuration is not as expected; the message says what to do."""
