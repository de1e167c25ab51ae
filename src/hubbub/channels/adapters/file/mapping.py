"""Which column of a file is what: guessed from names and values, shown, and corrected by a person."""

import csv
import io
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields

from hubbub.channels.adapters.file.dates import DAY_FIRST, MONTH_FIRST, date_order, read_date
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say
from hubbub.kernel.text import clip


@dataclass(frozen=True, slots=True)
class Mapping:
    """The column of each part of a post; empty where the file has none. `dates` is no column but an order."""

    text: str
    id: str = ""
    author: str = ""
    handle: str = ""
    name: str = ""
    created_at: str = ""
    lang: str = ""
    parent: str = ""
    followers: str = ""
    url: str = ""
    source: str = ""  # where a post was said, where one file holds several channels
    private: str = ""
    inbound: str = ""  # whether a post came from outside; false for what the organisation said
    dates: str = ""  # day-first or month-first

    @classmethod
    def parse(cls, text: str) -> "Mapping":
        """Read `text=body,author=user`; InvalidInput in words if it can't be read.

        >>> Mapping.parse("text=body, author=user").author
        'user'
        """
        try:
            pairs = next(csv.reader([text], skipinitialspace=True, strict=True), [])
        except csv.Error as error:
            raise InvalidInput(reason=say("The mapping can't be read: {error}.", error=error)) from error
        given: dict[str, str] = {}
        for pair in pairs:
            part, equals, column = (word.strip() for word in pair.partition("="))
            if not equals or not column:
                raise InvalidInput(
                    reason=say("A mapping looks like text=body,author=user; ‘{pair}’ does not.", pair=clip(pair, 60))
                )
            if part not in PARTS:
                raise InvalidInput(
                    reason=say("A post has no ‘{part}’; it has {names}.", part=clip(part, 60), names=", ".join(PARTS))
                )
            if part in given:
                raise InvalidInput(reason=say("The mapping names {part} twice.", part=part))
            given[part] = column
        if "text" not in given:
            raise InvalidInput(reason="The mapping does not say which column is the text, as in text=body.")
        if given.get("dates", DAY_FIRST) not in (DAY_FIRST, MONTH_FIRST):
            raise InvalidInput(reason=say("dates is {one} or {other}.", one=DAY_FIRST, other=MONTH_FIRST))
        if "parent" in given and "id" not in given:
            raise InvalidInput(reason="parent names the post that is answered by its id, so id needs a column too.")
        return cls(**given)

    def __str__(self) -> str:
        """Return what `parse` reads."""
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow(f"{part}={column}" for part, column in self.items())
        return line.getvalue()

    def items(self) -> list[tuple[str, str]]:
        """Return the parts that have a column, and the order of dates, in the order of the fields."""
        return [(part, column) for part in PARTS if (column := getattr(self, part))]

    def columns(self, header: Sequence[str]) -> dict[str, int]:
        """Return the place of each part's column in a header; InvalidInput names the one that is missing."""
        exact = {name: place for place, name in reversed(list(enumerate(header)))}
        folded = {name.strip().casefold(): place for name, place in exact.items()}
        found = {}
        for part, column in self.items():
            if part == "dates":
                continue
            place = exact.get(column, folded.get(column.casefold()))
            if place is None:
                missing = say("There is no column ‘{column}’ for {part}.", column=clip(column, 60), part=part)
                raise InvalidInput(
                    reason=say("{missing} The columns: {names}.", missing=missing, names=_listed(header))
                )
            found[part] = place
        return found


PARTS = tuple(field.name for field in fields(Mapping))

# As exports of networks, help desks and survey tools name their columns, in ten languages. Best first.
_NAMES: dict[str, str] = {
    "text": """text fulltext body message messagetext tweettext posttext commenttext reviewtext content comment tweet
        post review verbatim nachricht nachrichtentext inhalt beitrag kommentar texte contenu commentaire avis texto
        mensaje contenido comentario mensagem conteudo testo messaggio contenuto commento tekst bericht inhoud reactie
        opmerking tresc wiadomosc komentarz metin mesaj yorum текст сообщение комментарий 本文 内容 文本""",
    "id": """id idstr tweetid statusid postid messageid commentid reviewid ticketid uri guid uuid externalid kennung
        nachrichtenid beitragsid identifiant identificador identificatore""",
    "handle": """handle screenname username userhandle authorhandle authorusername user.screenname user.username
        author.handle author.username benutzername nutzername nomutilisateur nombredeusuario nomeutente
        gebruikersnaam""",
    "name": """authorname displayname fullname user.name author.name author.displayname from.name customername name
        nom nombre nome naam imie isim имя""",
    "author": """authorid userid useridstr accountid author.id user.id user.idstr from.id author user account from
        sender customerid customer autor verfasser absender benutzer nutzer auteur utilisateur expediteur usuario
        remitente autore utente mittente gebruiker afzender yazar автор 作者""",
    "created_at": """createdat created createdtime creationdate publishedat published publishedtime postedat posted
        postdate sentat senton sent datetime timestamp date time tweetcreated datum zeitpunkt zeit erstelltam erstellt
        datedecreation publiele fecha fechadecreacion data dataora creatoil aangemaakt aangemaaktop tarih дата 日付
        日期""",
    "lang": "lang language languagecode sprache langue idioma lingua taal jezyk dil язык",
    "parent": """inreplytoid inreplytostatusid inreplytostatusidstr inreplyto inresponsetotweetid inresponseto
        inresponsetoid replytoid replyto parentid parent antwortauf reponsea enreponsea respuestaa respostaa rispostaa
        antwoordop""",
    "followers": """followers followerscount followercount user.followerscount author.followerscount author.followers
        authorfollowers userfollowerscount abonnenten abonnes seguidores seguidors seguaci volgers""",
    "url": "url permalink posturl tweeturl messageurl link adresse lien enlace",
    "source": """channel platform network kanal plattform netzwerk canal plateforme reseau plataforma canale
        piattaforma kanaal""",
    "private": "private isprivate privat prive privado privato directmessage isdirectmessage isdm dm",
    "inbound": "inbound isinbound incoming eingehend entrant entrante",
}
_YES = "true yes y 1 1.0 t private direct dm ja j oui o si sí s sim tak evet да"
_NO = "false no n 0 0.0 f public nein non não nao nie hayir нет"
_TRUTH = dict.fromkeys(_YES.split(), True) | dict.fromkeys(_NO.split(), False)


def truth(text: str) -> bool | None:
    """Return what a yes or no in a file means; None where it is neither.

    >>> truth("Oui"), truth("0"), truth("perhaps")
    (True, False, None)
    """
    return _TRUTH.get(text.strip().casefold())


def guess(header: Sequence[str], sample: Sequence[Sequence[str]]) -> Mapping:
    """Return which column is what, from names in several languages and from values.

    `sample` holds some rows as long as the header. InvalidInput if no column looks like text.
    """
    names = [plain(name) for name in header]
    values = [[row[place].strip() for row in sample if place < len(row)] for place in range(len(header))]
    found: dict[str, int] = {}
    for part, known in _NAMES.items():
        wanted = [plain(name) for name in known.split()]
        places = [place for name in wanted for place, each in enumerate(names) if each == name]
        _take(found, part, (place for place in places if _fits(part, values[place])))
    rest = [place for place in range(len(header)) if names[place] and place not in found.values()]
    if "created_at" not in found:
        _take(found, "created_at", (place for place in rest if _are_dates(values[place])))
    if "text" not in found:
        prose = [place for place in rest if _are_prose(values[place])]
        _take(found, "text", sorted(prose, key=lambda place: -sum(map(len, values[place]))))
    if "text" not in found:
        raise InvalidInput(
            reason=say("No column looks like the text of posts. The columns: {names}.", names=_listed(header))
        )
    if "id" not in found:
        found.pop("parent", None)
    dates = date_order(values[found["created_at"]]) if "created_at" in found else ""
    return Mapping(**{part: header[place] for part, place in found.items()}, dates=dates)


def _take(found: dict[str, int], part: str, places: Iterable[int]) -> None:
    """Note the first place that is not taken yet as the part's column."""
    place = next((each for each in places if each not in found.values()), None)
    if place is not None:
        found[part] = place


def plain(name: str) -> str:
    """Return a column's name as the lists above write it: lower case, no accents, no marks but the dot."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if letter.isalnum() or letter == ".").strip(".")


def _fits(part: str, values: Sequence[str]) -> bool:
    """Say whether a column's values can be what its name says."""
    given = [value for value in values if value]
    if not given:
        return not values
    test = _TESTS.get(part)
    if test is not None:
        least, holds = test
        return _share(given, holds) >= least
    if part == "id":
        return len(set(given)) == len(values)
    if part == "source":
        return max(map(len, given)) <= 40 and len(set(given)) <= max(1, min(20, len(values) // 2))
    return True


def _share(given: Sequence[str], holds: Callable[[str], bool]) -> float:
    return sum(map(holds, given)) / len(given)


def _is_date(value: str) -> bool:
    return read_date(value) is not None or read_date(value, month_first=True) is not None


def _are_dates(values: Sequence[str]) -> bool:
    """Bare digits under no telling name are more likely a number than a date."""
    given = [value for value in values if value]
    return bool(given) and _share(given, lambda value: not value.replace(".", "").isdigit() and _is_date(value)) >= 0.9


def _are_prose(values: Sequence[str]) -> bool:
    given = [value for value in values if value]
    return bool(given) and _share(given, lambda value: " " in value or not value.isascii()) >= 0.5


def _listed(header: Sequence[str]) -> str:
    return clip(", ".join(name for name in header if name.strip()), 1_000) or say("none has a name")


# The share of values that must hold to what a column's name says.
_TESTS: dict[str, tuple[float, Callable[[str], bool]]] = {
    "text": (0.5, lambda value: any(letter.isalpha() for letter in value)),
    "created_at": (0.5, _is_date),
    "private": (0.9, lambda value: truth(value) is not None),
    "inbound": (0.9, lambda value: truth(value) is not None),
    "followers": (0.9, lambda value: value.replace(",", "").replace(".", "").isdigit()),
    "url": (0.5, lambda value: value.startswith(("http://", "https://"))),
}
