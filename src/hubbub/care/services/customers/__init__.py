"""What people do about customers: who they are, what they own and allowed, and which accounts are theirs."""

from hubbub.care.services.customers.matches import confirm, look_for_matches, refuse
from hubbub.care.services.customers.merging import merge, unmerge
from hubbub.care.services.customers.profile import change, customer_of_account, make
from hubbub.care.services.customers.things import note_consent, own, own_no_more

__all__ = [
    "change",
    "confirm",
    "customer_of_account",
    "look_for_matches",
    "make",
    "merge",
    "note_consent",
    "own",
    "own_no_more",
    "refuse",
    "unmerge",
]
