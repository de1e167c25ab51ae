"""Who belongs together: communities in which more links stay than chance would have it (Louvain)."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from hubbub.influence.core.graph.csr import Graph

SEED = 1


def communities(linked: Graph, *, resolution: float = 1.0, seed: int = SEED) -> NDArray[np.int32]:
    """Return the community of each account, shape (accounts,): 0 is the largest; who has no link is alone in one.

    Links count whichever way they go, by their weights where they have some.

    Parameters
    ----------
    resolution : float
        The higher, the smaller the communities.

    References
    ----------
    V. D. Blondel, J.-L. Guillaume, R. Lambiotte, E. Lefebvre (2008). N. Dugué and A. Perez (2015) for links that have
    a direction. T. Bonald et al. (2020): scikit-network.
    """
    from sknetwork.clustering import Louvain  # type: ignore[import-untyped]  # loads much that nobody else needs

    if not linked.links:
        return np.arange(linked.accounts, dtype=np.int32)
    out = linked.out
    weight = out.weight if len(out.weight) else np.ones(linked.links, np.bool_)
    shape = (linked.accounts, linked.accounts)
    matrix = sparse.csr_matrix((weight, out.to, out.at.astype(np.int32)), shape=shape)
    louvain = Louvain(resolution=resolution, random_state=seed, return_probs=False, return_aggregate=False)
    return np.asarray(louvain.fit_predict(matrix), np.int32)
