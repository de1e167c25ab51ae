"""Learning: with labels enough a model is fitted beside the work, compared, and takes over if it is better."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from hubbub.accounts import selectors as accounts
from hubbub.care.core.trial import Told, Trial
from hubbub.care.selectors import learning as selectors
from hubbub.care.services import learning as services
from hubbub.flows.fitting import FittingEnded, tried_apart
from hubbub.infra.failpoints import failpoint
from hubbub.kernel.ids import WorkspaceId
from hubbub.kernel.speech import speaking

log = logging.getLogger(__name__)


def learn_all() -> int:
    """Try a model for each workspace that has labels enough; return how many were tried."""
    done = 0
    for workspace in selectors.learners():
        with speaking(accounts.enter_as_hubbub(WorkspaceId(workspace)).language):
            try:
                learn(workspace)
            except FittingEnded as error:
                log.warning("Workspace %d: %s", workspace, error)
                services.failed(workspace, str(error), selectors.labels_learnt(workspace), now=datetime.now(UTC))
        done += 1
    return done


def learn(workspace: int) -> tuple[Trial, bool]:
    """Try a model, keep it, and let it take over if it is better; return how it did, and whether it took over.

    Killed at any moment, nothing has changed: the model and its taking over are one transaction.
    """
    trial = tried_apart(selectors.material(workspace))
    failpoint("learning.tried")
    took_over = services.keep(workspace, trial, now=datetime.now(UTC))
    failpoint("learning.kept")
    return trial, took_over


def take_file(workspace: WorkspaceId, name: str, task: str, lines: Sequence[tuple[str, str]]) -> int:
    """Keep labels that came with a file; return how many are new or say something else now."""
    return services.add_file(accounts.enter_as_hubbub(workspace), name, task, lines, now=datetime.now(UTC))


def rehearse(workspace: int, task: str, lines: Sequence[tuple[str, str]]) -> Trial:
    """Try a model as if some labels were the workspace's, and keep nothing."""
    material = selectors.material(workspace)
    told = {each.text: each.said for each in material.labels}
    told |= {text: {**told.get(text, {}), task: value} for text, value in lines}
    labels = tuple(Told(text, said) for text, said in told.items())
    return tried_apart(replace(material, labels=labels, count=material.count + len(lines)))
