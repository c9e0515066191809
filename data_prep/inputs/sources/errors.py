"""Why one file can't be used."""


class BadFileError(Exception):
    """Says why one file can't be used; the others still can."""
