"""The one error of the store."""


class StoreError(Exception):
    """Something cannot be read or kept; the message is one sentence for a person."""
