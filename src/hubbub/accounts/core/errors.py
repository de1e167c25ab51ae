"""What can go wrong with people and workspaces."""

from hubbub.kernel.errors import HubbubError


class LinkSpent(HubbubError):
    """A one-time link that was used, has run out, or never was."""

    status = 410
    message = "This link was used already or has run out. Ask for a new one, or sign in with your password."


class NotYours(HubbubError):
    """The first-run link is wrong, or the installation has an owner."""

    status = 404
    message = "This is not the first-run link of this installation. The right one was printed when Hubbub started."


class BadToken(HubbubError):
    """An API token that is missing, unknown or revoked."""

    status = 401
    message = "Give a valid API token: Authorization: Bearer hb_…"


class LastOwner(HubbubError):
    """A workspace must keep an owner."""

    status = 409
    message = "{name} is the last owner of this workspace. Make somebody else owner first."
