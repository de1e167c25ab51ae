"""Words of the audit log: kept as they stand here, in whatever language; said where somebody reads them."""

from typing import Final

from hubbub.kernel.speech import mark

DEEDS: Final = (
    mark("absence asked for"), mark("absence granted"), mark("absence noted"), mark("absence refused"),
    mark("absence removed"),
    mark("account muted"), mark("account unlinked"), mark("account unmuted"), mark("accounts linked"),
    mark("accounts matched"), mark("alert rule changed"), mark("alert rule made"), mark("alert rule removed"),
    mark("answering changed"), mark("approve"), mark("article brought back"), mark("article changed"),
    mark("article drafted"), mark("article published"), mark("article retired"), mark("article sent back"),
    mark("article submitted"), mark("ask approval"), mark("assign"), mark("automatic reply not sent"),
    mark("automatic reply"), mark("calendar address renewed"),
    mark("calendar changed"), mark("calendar made"), mark("calendar removed"),
    mark("call asked for"), mark("called back"), mark("calls imported"), mark("calls taken"),
    mark("canned reply changed"), mark("canned reply made"), mark("canned reply removed"), mark("case opened"),
    mark("case reviewed"), mark("cases exported"), mark("close"), mark("closing changed"),
    mark("contract changed"), mark("contract made"), mark("contract removed"), mark("day off wished"),
    mark("days off wished"), mark("connection changed"), mark("connection made"), mark("connection removed"),
    mark("correction of a reading taken back"), mark("correction taken back"), mark("customer changed"),
    mark("customer erased"), mark("customer exported"), mark("customer made"), mark("customer taken in"),
    mark("customers imported"), mark("customers merged"), mark("customers parted"), mark("decided again"),
    mark("escalated"), mark("field removed"), mark("field saved"), mark("fields answered"),
    mark("file imported"),
    mark("follow-up asked"), mark("follow-up declined"), mark("follow-up put off"), mark("follow-ups changed"),
    mark("given back"), mark("has arrived"), mark("hold ended"), mark("incident case added"),
    mark("incident case out"), mark("incident cases"), mark("incident closed"), mark("incident lead"),
    mark("incident merged"), mark("incident note"), mark("incident opened"), mark("incident renamed"),
    mark("insert"), mark("labels added"), mark("labels removed"), mark("lead changed"), mark("lead made"),
    mark("lead removed"),
    mark("lead stages changed"), mark("learning changed"), mark("letter added"), mark("link"),
    mark("list changed"), mark("list made"), mark("list removed"),
    mark("macro removed"), mark("macro saved"), mark("marked employee"), mark("marked known"),
    mark("marked listed"), mark("match confirmed"), mark("match refused"), mark("merge"), mark("model changed"),
    mark("need added"), mark("need changed"), mark("need removed"), mark("note"), mark("number noted"),
    mark("park"), mark("permission given"), mark("permission withdrawn"), mark("person added"),
    mark("person erased"), mark("person on the roster changed"),
    mark("person removed"), mark("persona changed"), mark("persona made"),
    mark("persona removed"), mark("playbook changed"), mark("policy changed"), mark("policy made"),
    mark("planned event changed"), mark("planned event marked"), mark("planned event removed"),
    mark("storm confirmed"), mark("storm denied"),
    mark("break moved"), mark("lent to a queue"),
    mark("history removed"), mark("history taken in"), mark("planned queue changed"), mark("planned queue made"),
    mark("planned queue moved"), mark("planned queue removed"), mark("planning rules changed"), mark("policy moved"),
    mark("policy removed"),
    mark("posted"), mark("posts corrected"), mark("priority"),
    mark("product noted"), mark("product removed"), mark("put on a list"), mark("put on the roster"),
    mark("quarantine discarded"),
    mark("quarantine read again"),
    mark("quarantined line mended"), mark("ratings changed"), mark("reading corrected"), mark("reopen"),
    mark("reopened"), mark("reply taken back"), mark("reply"), mark("report changed"), mark("report made"),
    mark("report removed"), mark("resolve"), mark("retention changed"), mark("review calibrated"),
    mark("review commented"), mark("review form changed"), mark("reviews drawn"), mark("role changed"),
    mark("roster asked for"), mark("roster made"), mark("roster published"), mark("roster stopped"),

    mark("routed"), mark("routing changed"), mark("send again"), mark("send back"), mark("send later"),
    mark("scenario kept"), mark("scenario reckoned anew"), mark("scenario removed"), mark("scenario shared"),
    mark("scenario withdrawn"),
    mark("sign-in link made"), mark("signing key renewed"), mark("skill added"), mark("skill removed"),
    mark("sign-in link made"), mark("signing key renewed"),
    mark("shift added"), mark("shift changed"), mark("shift offered"), mark("shift removed"), mark("shift taken"),
    mark("skill added"), mark("skill removed"),
    mark("snooze"), mark("split"), mark("state added"), mark("state changed"), mark("state removed"),
    mark("swap approved"), mark("swap refused"), mark("swap withdrawn"),
    mark("swaps are approved"), mark("swaps pass"),
    mark("tag changed"), mark("tag removed"), mark("tag"), mark("tags merged"), mark("take up"), mark("take"),
    mark("taken back"), mark("taken off a list"), mark("taken off the roster"),
    mark("team made"), mark("team removed"), mark("team rules changed"), mark("team"),
    mark("token made"), mark("token revoked"), mark("topic changed"), mark("topic made"), mark("topic removed"),
    mark("trigger"), mark("two people"), mark("undo send"), mark("undo"), mark("unlink"),
    mark("unread calls discarded"), mark("untag"), mark("view moved"), mark("view removed"), mark("view saved"),
    mark("wake"), mark("wish taken back"), mark("work changed"), mark("workspace changed"), mark("workspace made"),
    mark("wrap-up codes changed"), mark("wrap_up"),
)  # fmt: skip
"""What was done."""

NAMES: Final = (
    mark("account"), mark("accounts"),
    mark("answers"), mark("author"), mark("people"), mark("contract"), mark("day"), mark("skills"),
    mark("calling code"), mark("cases"), mark("choices"), mark("codes"),
    mark("colour"), mark("config"), mark("days"), mark("decision"), mark("deeds"), mark("employer"),
    mark("enabled"), mark("handle"), mark("heard"), mark("kind"), mark("labels"), mark("language"), mark("length"),
    mark("lines"), mark("means"), mark("members"), mark("model"), mark("name"),
    mark("owned by"), mark("posts"), mark("product"),
    mark("query"), mark("reason"), mark("required"), mark("reviewed"), mark("role"), mark("rule"), mark("score"),
    mark("secret changed"), mark("shared"), mark("source"), mark("stages"), mark("state"), mark("status"),
    mark("still held"), mark("takes cases"), mark("team"), mark("timezone"), mark("title"), mark("tries"),
    mark("shifts"), mark("until"), mark("version"), mark("way"), mark("works"), mark("writer"),
    mark("asked"), mark("channels"), mark("class"), mark("delay minutes"), mark("done"), mark("each"), mark("first"),
    mark("heard of"), mark("lang"), mark("level"), mark("next"), mark("on bad"), mark("seed"), mark("special"),
    mark("text"), mark("thanks"), mark("time"), mark("week"), mark("zone"),
)  # fmt: skip
"""What of it changed."""

OTHERWISE: Final = {"owner": "owned by"}
"""What is called otherwise in the log: an owner is also a role, with a word of its own in other languages."""

SAID: Final = frozenset({"asked", "changed", "class", "decision", "deeds", "kind", "state", "status"})
"""Where what was and what became are words of Hubbub's own; elsewhere somebody else's may stand."""
STATES: Final = (mark("draft"), mark("published"), mark("retired"), mark("take private"))

ABOUT: Final = {
    "article": mark("article {number}"), "case": mark("case {number}"), "customer": mark("customer {number}"),
    "lead": mark("lead {number}"), "receipt": mark("receipt {number}"), "version": mark("version {number}"),
}  # fmt: skip
"""What is numbered."""
