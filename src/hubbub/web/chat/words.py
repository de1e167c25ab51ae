"""What the widget says by itself, each by the name under which a website may put words of its own in its place."""

from collections.abc import Mapping

from hubbub.kernel.speech import mark, say

_WORDS: Mapping[str, str] = {
    "open": mark("Chat with us"),
    "title": mark("Chat with {site}"),
    "close": mark("Close the chat"),
    "end": mark("End chat"),
    "notice": mark(
        "What you write goes to {site} and is kept there. So that the chat goes on when you change the page, your "
        "browser keeps a key to it until you end the chat. No cookies."
    ),
    "name": mark("Your name (if you like)"),
    "agree": mark("Agree and start"),
    "here": mark("Somebody is here"),
    "away": mark("Nobody is here just now"),
    "leave": mark("Nobody is here just now. Leave a message and your e-mail address, and we answer by mail."),
    "leaveHere": mark("Nobody is here just now. Leave a message: the answer will stand here when you come back."),
    "email": mark("Your e-mail address"),
    "left": mark("Thank you. We answer to {email} if you are not here."),
    "message": mark("Your message"),
    "send": mark("Send"),
    "file": mark("Send a file"),
    "typing": mark("{name} is typing"),
    "first": mark("You are next in line"),
    "place": mark("You are {nth} in line"),
    "sending": mark("Sending…"),
    "sent": mark("Sent"),
    "seen": mark("Seen"),
    "failed": mark("Not sent."),
    "again": mark("Try again"),
    "lost": mark("Not connected just now. It tries again by itself."),
    "large": mark("{file} is larger than 8 MB."),
    "log": mark("What was said"),
    "you": mark("You"),
    "save": mark("Save {file}"),
    "sure": mark("End this chat? You will not see it again."),
    "keep": mark("Go on"),
    "fresh": mark("{n} new"),
    "number": mark("number {n}"),
}
_ORDINALS = mark("second third fourth fifth sixth seventh eighth ninth tenth")


def words() -> dict[str, str | list[str]]:
    """Return all of it in the language being spoken; `ordinals` are those of the places from the second on."""
    return {**{name: say(each) for name, each in _WORDS.items()}, "ordinals": say(_ORDINALS).split()}
