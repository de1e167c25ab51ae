"""Identifiers, told apart by type so that one can't be passed for another."""

from typing import NewType

WorkspaceId = NewType("WorkspaceId", int)
PersonId = NewType("PersonId", int)
"""Somebody who works here: an agent, lead, manager, analyst or owner."""

StreamId = NewType("StreamId", int)
ConnectionId = NewType("ConnectionId", int)
TopicId = NewType("TopicId", int)
PostId = NewType("PostId", int)
CaseId = NewType("CaseId", int)
"""The database's key. People see a case's number, which counts from 1 in each workspace."""

OutboxId = NewType("OutboxId", int)
