"""Sends pages by mail, every week or every day."""

import logging
from datetime import datetime

from hubbub.flows.alerts import Post
from hubbub.infra.mail import MailRefused, NoMailServer
from hubbub.kernel.errors import HubbubError, NotAllowed, NotFound
from hubbub.kernel.ids import PersonId
from hubbub.kernel.speech import say, speaking
from hubbub.listening.selectors import reports as selectors
from hubbub.listening.services import reports as services

log = logging.getLogger(__name__)


def send_due(post: Post, *, now: datetime) -> int:
    """Send the reports that are due, to each address a mail of its own; return how many reports went.

    One that went to some addresses only is sent again to all, under the same number, so that it is shown once.
    """
    done = 0
    for report, person, slug, language in selectors.due(now):
        try:
            with speaking(language):
                letter = post.letters.of_page(PersonId(person), slug, report.path)
                for place, to in enumerate(report.mails):
                    post.mail(to, letter, f"report-{report.id}-{now:%Y%m%d}-{place}", now)
        except (NoMailServer, MailRefused, NotAllowed, NotFound) as error:
            services.did_not_go(report.id, str(error), for_good=True, now=now)
        except HubbubError as error:
            services.did_not_go(report.id, str(error), for_good=False, now=now)
        except Exception:
            log.exception("Report %s could not be made", report.id)
            with speaking(language):
                words = say("It could not be made; the log says more.")
            services.did_not_go(report.id, words, for_good=True, now=now)
        else:
            services.went(report.id, now=now)
            done += 1
    return done
