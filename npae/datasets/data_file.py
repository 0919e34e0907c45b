"""What the readers of data files have in common: their exception."""


class DataFileError(ValueError):
    """The file is damaged, of another format, or holds no data that could be learned from; the message names it."""
