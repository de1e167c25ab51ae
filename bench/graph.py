"""The graph engine on a million accounts with fifteen million links, in seconds of the processor, all in one run.

pagerank_vs_networkit   networkit's seconds for PageRank by ours, both to the same residual
pagerank_vs_igraph      igraph's by ours
sixteen_topics_vs_one   seconds for sixteen topical PageRanks at once by those for one
distance_error          how far HyperBall's average distance is from that of walks from sampled accounts, as a share
distance_cost           its seconds by theirs
nmi                     normalised mutual information of the communities found with those planted
peak_gb                 most memory of all of our work, communities included (2³⁰ bytes)
update_share            seconds for a day's 1 % of new links, ranks included, by those for building and ranking all

Ours comes first and in a process of its own, so that its memory is its own. A library that is not installed is left
out, and said so: `pip install networkit==11.2.2 igraph==1.0.0`.

    python bench/graph.py [--accounts 1000000] [--links 15000000]
"""

import argparse
import json
import multiprocessing
import resource
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from hubbub.influence.core.graph.communities import communities
from hubbub.influence.core.graph.csr import Graph, graph
from hubbub.influence.core.graph.distance import distances, sampled
from hubbub.influence.core.graph.growth import grown, reranked
from hubbub.influence.core.graph.pagerank import Ranks, pagerank

DAMPING, RESIDUAL = 0.85, 1e-6
COMMUNITIES, MIXED, BACK = 400, 0.3, 0.2
WALKS, TOPICS, NEW = 200, 16, 0.01
Ints = NDArray[np.int64]


def main() -> None:
    """Measure ours, then theirs; print one line."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--accounts", type=int, default=1_000_000)
    asked.add_argument("--links", type=int, default=15_000_000)
    asked.add_argument("--only-ranks", action="store_true", help="build, rank and grow alone, for the largest graphs")
    given = asked.parse_args()
    told = apart(ours, given.accounts, given.links, given.only_ranks)
    if not given.only_ranks:
        for name, theirs in (("networkit", networkit), ("igraph", igraph)):
            seconds = apart(theirs, given.accounts, given.links)
            told[f"pagerank_vs_{name}"] = None if seconds is None else round(seconds / told["pagerank_s"], 2)
    print(json.dumps(told))


def apart(work: Callable[..., Any], *given: Any) -> Any:
    """Do something in another process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, given)


def world(accounts: int, links: int) -> tuple[Ints, Ints, Ints]:
    """Links within and between planted communities, with few who have many: beginnings, ends, communities."""
    rng = np.random.default_rng(3)
    size = rng.pareto(1.2, COMMUNITIES) + 1
    community = np.sort(rng.choice(COMMUNITIES, accounts, p=size / size.sum()))
    heard = np.cumsum((rng.pareto(1.3, accounts) + 1).clip(max=3 * accounts**0.5))
    talks = np.cumsum((rng.pareto(1.8, accounts) + 1).clip(max=2000))
    begins = np.searchsorted(community, np.arange(COMMUNITIES + 1))
    once = int(links / (1 + BACK))
    source = np.searchsorted(talks, rng.random(once) * talks[-1])
    inside = rng.random(once) >= MIXED
    first, last = begins[community[source]], begins[community[source] + 1] - 1
    low = np.where(inside & (first > 0), heard[first - 1], 0.0)
    high = np.where(inside, heard[last], heard[-1])
    target = np.searchsorted(heard, low + rng.random(once) * (high - low)).clip(max=accounts - 1)
    back = rng.random(once) < BACK
    name = rng.permutation(accounts)  # so that neighbours in memory are none in life
    ends = np.concatenate((source, target[back])), np.concatenate((target, source[back]))
    planted = np.empty(accounts, np.int64)
    planted[name] = community
    return name[ends[0]], name[ends[1]], planted


def timed(work: Callable[..., Any], *given: Any, **more: Any) -> tuple[float, Any]:
    """Seconds of the processor, and what came of them."""
    began = time.process_time()
    done = work(*given, **more)
    return time.process_time() - began, done


def updated(held: Graph, ranks: Ranks, source: Ints, target: Ints) -> tuple[Graph, Ranks]:
    """What is done each day."""
    new = grown(held, source, target)
    return new, reranked(held, new, ranks, tolerance=RESIDUAL)


def residual(held: Graph, values: NDArray[np.float64]) -> float:
    """By how much ranks change in one more round, whoever made them; who links to nobody links to all."""
    many = held.out.many
    passed = np.divide(values, many, out=np.zeros_like(values), where=many > 0)
    told = np.add.reduceat(np.append(passed[held.into.to], 0.0), held.into.at[:-1].clip(max=held.links))
    told[held.into.many == 0] = 0.0
    new = DAMPING * (told + values[many == 0].sum() / len(values)) + (1 - DAMPING) / len(values)
    return float(np.abs(new - values).sum())


def ours(accounts: int, links: int, only_ranks: bool) -> dict[str, Any]:
    """All of our own figures."""
    small = graph([0, 1, 2, 2], [1, 2, 0, 1])  # loops are compiled before anything is measured
    reranked(small, grown(small, [0], [2]), pagerank(small))
    pagerank(small, np.ones((3, TOPICS)))
    distances(small), sampled(small, np.arange(3)), communities(small)
    source, target, planted = world(accounts, links)
    source, target = source.astype(np.int32), target.astype(np.int32)
    late = np.random.default_rng(4).permutation(len(source)) < NEW * len(source)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    build_s, held = timed(graph, source, target, accounts=accounts)
    rank_s, ranks = timed(pagerank, held, tolerance=RESIDUAL)
    old = graph(source[~late], target[~late], accounts=accounts)
    old_ranks = pagerank(old, tolerance=RESIDUAL)
    update_s, (new, new_ranks) = timed(updated, old, old_ranks, source[late], target[late])
    told = {
        "accounts": accounts, "links": held.links, "build_s": round(build_s, 2), "pagerank_s": round(rank_s, 3),
        "residual": residual(held, ranks.values), "update_residual": residual(new, new_ranks.values),
        "update_share": round(update_s / (build_s + rank_s), 3),
    }  # fmt: skip
    del old, new, source, target, late
    if not only_ranks:
        begins = np.zeros((accounts, TOPICS))
        rng = np.random.default_rng(5)
        for each in range(TOPICS):
            begins[rng.integers(0, accounts, 1000), each] = 1
        one_s, _ = timed(pagerank, held, begins[:, 0].copy(), tolerance=RESIDUAL)
        all_s, _ = timed(pagerank, held, begins, tolerance=RESIDUAL)
        del begins
        ball_s, ball = timed(distances, held)
        walk_s, walked = timed(sampled, held, rng.integers(0, accounts, WALKS))
        found_s, found = timed(communities, held)
        told |= {
            "sixteen_topics_vs_one": round(all_s / one_s, 2), "one_topic_s": round(one_s, 2),
            "distance": round(ball.mean, 3), "distance_walked": round(walked.mean, 3),
            "distance_error": round(abs(ball.mean / walked.mean - 1), 4), "distance_cost": round(ball_s / walk_s, 3),
            "hyperball_s": round(ball_s, 2), "louvain_s": round(found_s, 1), "nmi": round(alike(found, planted), 4),
        }  # fmt: skip
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return told | {"peak_gb": round(peak / 2**20, 2), "peak_before_gb": round(before / 2**20, 2)}


def alike(one: NDArray[Any], other: NDArray[Any]) -> float:
    """Normalised mutual information of two ways to divide accounts, by the arithmetic mean of their entropies."""
    _, a = np.unique(one, return_inverse=True)
    _, b = np.unique(other, return_inverse=True)
    _, both = np.unique(a.astype(np.int64) * (int(b.max()) + 1) + b, return_counts=True)

    def entropy(counts: NDArray[Any]) -> float:
        share = counts / len(one)
        return float(-(share * np.log(share)).sum())

    alone = entropy(np.bincount(a)), entropy(np.bincount(b))
    return 2 * (sum(alone) - entropy(both)) / sum(alone)


def networkit(accounts: int, links: int) -> float | None:
    """Networkit's seconds for ranks as near as ours, the least that does."""
    try:
        import networkit as nk  # type: ignore[import-not-found]
    except ImportError:
        print("networkit is not installed, so it is left out: pip install networkit==11.2.2")
        return None
    nk.setNumberOfThreads(1)
    source, target, _ = world(accounts, links)
    held = graph(source, target, accounts=accounts)
    ends = np.repeat(np.arange(accounts), held.out.many), held.out.to
    told = sparse.coo_matrix((np.ones(held.links), ends), shape=(accounts, accounts))
    theirs = nk.GraphFromCoo(told, n=accounts, directed=True)

    def rank(tolerance: float) -> NDArray[np.float64]:
        algorithm = nk.centrality.PageRank(
            theirs, damp=DAMPING, tol=tolerance, distributeSinks=nk.centrality.SinkHandling.DistributeSinks
        )
        algorithm.norm = nk.centrality.Norm.L1_NORM
        algorithm.run()
        return np.asarray(algorithm.scores())

    return _nearest(held, rank, [10.0**-each for each in np.arange(4, 9, 0.25)])


def igraph(accounts: int, links: int) -> float | None:
    """The seconds of igraph; its PRPACK goes as far as it goes, which is further."""
    try:
        import igraph as ig  # type: ignore[import-not-found]
    except ImportError:
        print("igraph is not installed, so it is left out: pip install igraph==1.0.0")
        return None
    source, target, _ = world(accounts, links)
    held = graph(source, target, accounts=accounts)
    edges = np.column_stack((np.repeat(np.arange(accounts), held.out.many), held.out.to))
    theirs = ig.Graph(n=accounts, edges=edges, directed=True)
    return _nearest(held, lambda _: np.asarray(theirs.pagerank(damping=DAMPING)), [0.0])


def _nearest(held: Graph, rank: Callable[[float], NDArray[np.float64]], tolerances: list[float]) -> float | None:
    for tolerance in tolerances:
        seconds, values = timed(rank, tolerance)
        if (left := residual(held, values / values.sum())) <= RESIDUAL:
            print(f"theirs: {seconds:.2f} s, residual {left:.1e}, asked for {tolerance:.1e}")
            return seconds
    print("theirs came nowhere near")
    return None


if __name__ == "__main__":
    main()
