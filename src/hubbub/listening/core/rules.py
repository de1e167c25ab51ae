"""Which topics hold, given which terms each text has: the logic of all queries, compiled."""

# mypy: disable-error-code="no-untyped-def,no-untyped-call"
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hubbub.kernel.compiled import compiled
from hubbub.listening.core.query.nodes import And, Node, Not, Or, Term

Numbers = NDArray[np.int64]
NOT, AND, OR = -1, -2, -3
"""Steps of a query, after its parts as in postfix notation; AND and OR are followed by how many parts they join."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The logic of topics. `steps[starts[t]:starts[t + 1]]` is that of topic t, none if terms alone don't decide it.

    `topics[first[n]:first[n + 1]]` are the topics that may hold where term n is present.
    """

    steps: Numbers
    starts: Numbers
    topics: Numbers
    first: Numbers
    depth: int

    @classmethod
    def of(
        cls,
        roots: Sequence[Node],
        plain: Sequence[bool],
        topics_of: Sequence[Sequence[int]],
        numbers: Mapping[Term, int],
    ) -> "Rules":
        """Compile queries, given which of them are decided by their terms alone."""
        steps: list[int] = []
        starts = [0]
        for root, each in zip(roots, plain, strict=True):
            if each:
                _add(root, numbers, steps)
            starts.append(len(steps))
        first = np.cumsum([0, *map(len, topics_of)])
        topics = np.fromiter((topic for topics in topics_of for topic in topics), np.int64, int(first[-1]))
        longest = int(np.diff(starts).max(initial=1))
        return cls(np.array(steps, np.int64), np.array(starts, np.int64), topics, first.astype(np.int64), longest)

    def holding(self, rows: Numbers, terms: Numbers) -> tuple[Numbers, Numbers, NDArray[np.bool_]]:
        """Return rows, topics that may hold there, and which of them do for sure; ascending by row and topic.

        Parameters
        ----------
        rows, terms : each term present in each row, ascending by row
        """
        count = int((self.first[terms + 1] - self.first[terms]).sum())
        found, topics, sure = np.empty(count, np.int64), np.empty(count, np.int64), np.empty(count, np.bool_)
        size = _hold(
            rows,
            terms,
            self.steps,
            self.starts,
            self.topics,
            self.first,
            np.full(len(self.first) - 1, -1),
            np.full(len(self.starts) - 1, -1),
            np.empty(self.depth, np.bool_),
            found,
            topics,
            sure,
        )
        return found[:size], topics[:size], sure[:size]


def _add(node: Node, numbers: Mapping[Term, int], steps: list[int]) -> None:
    match node:
        case Term():
            steps.append(numbers[node])
        case Not(part):
            _add(part, numbers, steps)
            steps.append(NOT)
        case And(parts) | Or(parts):
            for part in parts:
                _add(part, numbers, steps)
            steps += (AND if isinstance(node, And) else OR, len(parts))
        case _:
            raise TypeError(node)


@compiled
def _hold(rows, terms, steps, starts, topics_of, first, has, asked, stack, found, topics, sure):
    # `has` is the last row that had a term, `asked` the last row that a topic was looked at for.
    size, begin = 0, 0
    while begin < rows.size:
        row, end = rows[begin], begin
        while end < rows.size and rows[end] == row:
            has[terms[end]] = row
            end += 1
        before = size
        for place in range(begin, end):
            term = terms[place]
            for at in range(first[term], first[term + 1]):
                topic = topics_of[at]
                if asked[topic] == row:
                    continue
                asked[topic] = row
                top, step = 0, starts[topic]
                decided = step < starts[topic + 1]
                while step < starts[topic + 1]:
                    what = steps[step]
                    if what >= 0:
                        stack[top] = has[what] == row
                        top += 1
                    elif what == NOT:
                        stack[top - 1] = not stack[top - 1]
                    else:
                        step += 1
                        top -= steps[step] - 1
                        holds = what == AND
                        for part in range(top - 1, top - 1 + steps[step]):
                            holds = holds and stack[part] if what == AND else holds or stack[part]
                        stack[top - 1] = holds
                    step += 1
                if decided and not stack[0]:
                    continue
                slot = size
                while slot > before and topics[slot - 1] > topic:
                    topics[slot], sure[slot] = topics[slot - 1], sure[slot - 1]
                    slot -= 1
                found[size], topics[slot], sure[slot] = row, topic, decided
                size += 1
        begin = end
    return size
