"""What can go wrong with cases."""

from hubbub.kernel.errors import HubbubError


class CaseClosed(HubbubError):
    """Someone replied to a case that is already closed."""

    status = 409
    message = "Case {number} is closed. Reopen it to reply."


class CaseMoved(HubbubError):
    """Somebody else changed the case since it was looked at."""

    status = 409
    message = "{who} answered while you were writing. Your words are kept; look, then send again."


class CannotSend(HubbubError):
    """The channel of this case can't carry the message."""

    status = 409
    message = "{reason}"


class LookBeforeSending(HubbubError):
    """A public draft speaks of something delicate; it goes out only when the person confirms."""

    status = 409
    message = "{reason}"


class NotYourCase(HubbubError):
    """Only the owner of a case answers in this workspace."""

    status = 409
    message = "{owner} owns this case, and only the owner answers here. Take it first, or ask a team lead."


class NeedsApproval(HubbubError):
    """A reply that somebody else has to look at first was to leave at once."""

    status = 409
    message = "{reason} Ask for it instead."


class TooLate(HubbubError):
    """A reply was to be taken back after it left."""

    status = 409
    message = "It has left already."


class NewerDraft(HubbubError):
    """A draft was saved from elsewhere since this page last did."""

    status = 409
    message = "A newer draft of yours stands, from another window."
