"""How soon a page that stays live may ask for a part of itself again.

Where much happens, every page wants its list anew all the time, and fifty of them would leave the server no time for
what people do. Each answer tells how long to wait: so long that all open pages together take a share of one process.
"""

from django.http import HttpRequest
from django.http.response import HttpResponseBase

HEADER = "Hubbub-Again-Ms"
LIVE = b"hubbub-live"
"""The header of a request that nobody waits for: a page asks for a part of itself again, as something changed."""
SHARE = 0.1
"""Of one processor, for one part of all pages."""
SLOWEST_MS = 10_000


def tell(request: HttpRequest, response: HttpResponseBase, took_s: float, pages: int) -> None:
    """Say on a part of a page when to ask for it again.

    Parameters
    ----------
    took_s : the processor time it took, in seconds
    pages : how many are open in this process
    """
    if request.method == "GET" and "HX-Request" in request.headers:
        response[HEADER] = str(min(SLOWEST_MS, round(1000 * took_s * pages / SHARE)))
