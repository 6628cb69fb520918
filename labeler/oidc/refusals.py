"""Why somebody does not come in."""


class Refused(Exception):
    """Somebody does not come in. reason: a word that the log-in page explains; email: whose, as far as is known; back:
    the page they came from."""

    back = "/"

    def __init__(self, reason: str, email: str = "") -> None:
        super().__init__(reason)
        self.reason, self.email = reason, email


class NotGood(Exception):
    """An id token that is not to be believed; the text says why, for the log."""


class NoKey(NotGood):
    """None of the known keys made its signature: there may be a newer one."""


class NotReadable(Exception):
    """The provider leaves the groups out since they are too many, and says so (Microsoft Entra does above 200)."""
