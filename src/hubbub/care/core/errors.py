"""What can go wrong with cases."""

from hubbub.kernel.errors import HubbubError


class CaseClosed(HubbubError):
    """Someone replied to a case that is already closed."""

    status = 409
    message = "Case {number} is closed. Reopen it to reply."


class CaseMoved(HubbubError):
    """Somebody else changed the case since it was looked at."""

    status = 409
    message = "{who} {deed} while you were writing. Your words are kept; look, then send again."


class CannotSend(HubbubError):
    """The channel of this case can't carry the message."""

    status = 409
    message = "{reason}"


class LookBeforeSending(HubbubError):
    """A public draft speaks of something delicate; it goes out only when the person confirms."""

    status = 409
    message = "{reason}"
