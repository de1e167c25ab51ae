"""Mails people what they are told, several notices in one mail."""

from datetime import datetime

from hubbub.accounts import selectors as accounts
from hubbub.care.selectors import notices as selectors
from hubbub.care.services import notices as services
from hubbub.flows.alerts import Post
from hubbub.infra.mail import MailRefused, NoMailServer
from hubbub.kernel.errors import HubbubError, NotFound
from hubbub.kernel.ids import PersonId


def mail_due(post: Post, *, now: datetime) -> int:
    """Send what waits long enough; return how many mails went. Without a mail server nothing waits."""
    if post.server is None or not post.sender:
        return 0
    done = 0
    for each in selectors.to_mail(now):
        ids = [line.id for line in each.lines]
        try:
            access = accounts.enter(PersonId(each.person), each.slug)
            post.mail(each.email, post.letters.of_notices(access, each.lines), f"notices-{ids[0]}-{len(ids)}", now)
        except (NoMailServer, MailRefused, NotFound):
            services.mailed(ids)
        except HubbubError:
            services.mail_later(ids, now=now)
        else:
            services.mailed(ids)
            done += 1
    return done
