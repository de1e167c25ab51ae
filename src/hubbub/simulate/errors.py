"""What the demo network refuses, and why it can't run."""

from hubbub.kernel.errors import HubbubError


class WorldError(HubbubError):
    """A world file can't be used; the sentence names the place."""

    status = 400
    message = "{file}: {reason}"


class CannotRun(HubbubError):
    """The network's folder or address can't be used."""

    message = "{reason}"


class Denied(HubbubError):
    """The handle has a password, and the caller did not show its token."""

    status = 401
    message = "{reason}"


class Unfit(HubbubError):
    """The request is well formed, but such a text can't be said here."""

    status = 422
    message = "{reason}"


class Missing(HubbubError):
    """There is no such account, post or message, or not for this caller."""

    status = 404
    message = "There is no {what} here."


class Gone(HubbubError):
    """It was here and its author deleted it."""

    status = 410
    message = "The post {id} was deleted."
