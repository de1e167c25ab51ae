"""Files of cases for the browser."""

from collections.abc import Iterable
from typing import cast

from django.http import HttpResponse, StreamingHttpResponse

from hubbub.care.core.export import Form
from hubbub.care.services.export import export
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import mark, say
from hubbub.web.request import Request, now

FORMS = ((Form.CSV, "CSV"), (Form.XLSX, mark("XLSX, for spreadsheets")), (Form.PARQUET, "Parquet"))


def send(request: Request, ids: Iterable[int], what: str) -> HttpResponse:
    """Return cases as a file of the form that the address asks for, written while it is sent."""
    given = request.GET.get("form", "csv")
    if given not in set(Form):
        raise InvalidInput(
            reason=say("There is no form {form!r}; there are {known}.", form=given[:20], known=", ".join(Form))
        )
    form = Form(given)
    answer = StreamingHttpResponse(export(request.access, ids, form, what, now=now()), content_type=form.media_type)
    answer["Content-Disposition"] = f'attachment; filename="cases.{form}"'
    answer["Cache-Control"] = "no-store"
    return cast("HttpResponse", answer)  # a page for all that views do with it
