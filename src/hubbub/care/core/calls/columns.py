"""Which column of a file of calls is what, and one row of it as a call."""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final, TypeVar

from hubbub.care.core.calls.numbers import number_of
from hubbub.care.core.calls.record import Call, Direction, Outcome
from hubbub.channels.adapters.file.dates import MONTH_FIRST, date_order, read_date
from hubbub.channels.adapters.file.mapping import plain
from hubbub.kernel.errors import InvalidInput
from hubbub.kernel.speech import say
from hubbub.kernel.text import clip

Word = TypeVar("Word", bound=StrEnum)

# As telephone systems name the columns of their exports, best first.
_NAMES: Final = {
    "id": "callid uniqueid linkedid callsid sid uuid calluuid contactid sessionid id recordid anrufid gesprächsid",
    "start": """start started startedat starttime startdate calldate callstart begin beginn begintime began offered
        offeredat arrived arrivedat queuedat created createdat datetime timestamp date datum zeitpunkt zeit anrufbeginn
        startzeit debut inicio inizio time""",
    "answer": """answer answered answeredat answertime answerdate connected connectedat connecttime pickup pickupat
        angenommen angenommenum annahme verbunden respondido repondu""",
    "end": """end ended endedat endtime enddate callend hangup hangupat hanguptime disconnected disconnectedat
        disconnecttime finished ende endzeit anrufende fin fine""",
    "wait": """wait waited waittime waitingtime waitseconds waits queuetime queueseconds timeinqueue ringtime ring
        wartezeit attente espera attesa""",
    "talk": """talk talktime talkseconds talks billsec billseconds conversationtime speaktime gespraechsdauer
        gesprachsdauer gesprachszeit sprechzeit""",
    "duration": "duration durationseconds calltime callduration length totaltime total dauer anrufdauer duree duracion",
    "direction": "direction calldirection dir inout richtung anrufrichtung sens direccion",
    "caller": """caller callernumber callerid from fromnumber ani src source clid cli number phone phonenumber telephone
        customernumber customerphone anrufer anrufernummer rufnummer nummer telefon telefonnummer appelant numero""",
    "called": """called callednumber to tonumber dnis dst destination dialed dialled dialednumber dialledn diallednumber
        ziel zielnummer angerufen gewaehlt""",
    "name": "name callername customername customer contact contactname kunde kundenname anrufername nom nombre",
    "queue": "queue queuename skill skillgroup huntgroup group department service line warteschlange gruppe abteilung",
    "agent": "agent agentname user username operator handledby answeredby member mitarbeiter bearbeiter benutzer",
    "outcome": """outcome result disposition status callstatus state calltype type ergebnis resultat resultado
        resultat""",
    "notes": "notes note comment comments remark remarks subject bemerkung notiz kommentar",
}
PARTS: Final = (*_NAMES, "dates")
_NEEDED: Final = (("start",), ("caller", "called"))

_OUTCOMES: Final = {
    Outcome.ANSWERED: """answered answer connected handled completed complete success successful angenommen beantwortet
        erfolgreich served repondu ok""",
    Outcome.ABANDONED: """abandoned abandon abandonedcall callerabandoned abandonedinqueue exitempty exitwithtimeout
        timeout hungup callerhungup aufgelegt abgebrochen verloren""",
    Outcome.MISSED: """missed missedcall noanswer unanswered notanswered ringnoanswer unavailable verpasst
        nichtangenommen unbeantwortet manque failed congestion chanunavail""",
    Outcome.VOICEMAIL: "voicemail voicemessage vm message mailbox anrufbeantworter messagerie buzon",
    Outcome.BUSY: "busy besetzt occupe ocupado",
    Outcome.CALLBACK: "callback callbackrequested requestedcallback callme ruckruf rueckruf rappel",
}
_OUTCOME: Final = {word: outcome for outcome, words in _OUTCOMES.items() for word in words.split()}
_DIRECTIONS: Final = {
    word: direction
    for direction, words in {
        Direction.IN: "in inbound incoming inboundcall received eingehend ankommend entrant",
        Direction.OUT: "out outbound outgoing outboundcall dialed abgehend ausgehend sortant",
    }.items()
    for word in words.split()
}
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{2})(?:[.,]\d+)?", re.ASCII)
_UNITS = re.compile(r"(?:(\d+)\s*h[a-z]*)?\s*(?:(\d+)\s*m[a-z]*)?\s*(?:(\d+)\s*s[a-z]*)?", re.ASCII | re.IGNORECASE)
_NOTHING: Final = frozenset({"", "-", "–", "—", "n/a", "na", "null", "none", "0000-00-00 00:00:00"})


@dataclass(frozen=True, slots=True)
class Columns:
    """Where in a row the parts of a call stand, and how its times are to be read."""

    header: tuple[str, ...]
    places: Mapping[str, int]
    month_first: bool = False
    zone: tzinfo = UTC  # of times that name none
    country: str = ""  # calling code of numbers that name none

    def __str__(self) -> str:
        """As `columns_of` reads it."""
        return ", ".join(f"{part}={self.header[place]}" for part, place in self.places.items())


def columns_of(
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    given: str = "",
    zone: tzinfo = UTC,
    country: str = "",
) -> Columns:
    """Return which column is what: as given (`start=Begin,caller=ANI`), the others guessed from usual names.

    Raises
    ------
    InvalidInput
        If what is given can't be read, names a column that is not there, or it can't be told when calls began and
        whose they were.
    """
    names = [plain(name) for name in header]
    asked = _given(given)
    places: dict[str, int] = {}
    for part, column in asked.items():
        if part == "dates":
            continue
        if plain(column) not in names:
            raise InvalidInput(
                reason=say(
                    "There is no column ‘{column}’ for {part}. {columns}",
                    column=clip(column, 60),
                    part=part,
                    columns=_listed(header),
                )
            )
        places[part] = names.index(plain(column))
    for part, known in _NAMES.items():
        if part in places:
            continue
        wanted = (names.index(word) for word in map(plain, known.split()) if word in names)
        place = next((each for each in wanted if each not in places.values()), None)
        if place is not None:
            places[part] = place
    for some in _NEEDED:
        if not any(part in places for part in some):
            listed = _listed(header)
            if "start" in some:
                raise InvalidInput(
                    reason=say("No column says when a call began. Name it, as in start=…. {columns}", columns=listed)
                )
            raise InvalidInput(
                reason=say("No column says who called. Name it, as in caller=…. {columns}", columns=listed)
            )
    order = asked.get("dates") or date_order(row[places["start"]] for row in rows if places["start"] < len(row))
    return Columns(tuple(header), places, order == MONTH_FIRST, zone, country)


def _given(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in next(csv.reader([text], skipinitialspace=True), []):
        part, equals, column = (word.strip() for word in pair.partition("="))
        if not equals or not column or part not in PARTS:
            raise InvalidInput(
                reason=say(
                    "A call has no ‘{given}’. It has {parts}, as in start=Begin,caller=ANI.",
                    given=clip(pair, 60),
                    parts=", ".join(PARTS),
                )
            )
        found[part] = column
    return found


def _listed(header: Sequence[str]) -> str:
    names = clip(", ".join(name for name in header if name.strip()), 1_000)
    return say("The columns: {names}.", names=names) if names else say("The columns: none has a name.")


def call_of(columns: Columns, row: Sequence[str], *, source: str, fallback_id: str) -> Call:
    """Return a row as a call; `fallback_id` is its id where the file gives none.

    Raises
    ------
    InvalidInput
        If the row can't be read; the sentence says what to mend.
    """
    if len(row) != len(columns.header):
        raise InvalidInput(
            reason=say("It has {cells} cells, the header has {columns}.", cells=len(row), columns=len(columns.header))
        )
    cells = {part: row[place].strip() for part, place in columns.places.items()}
    told = {part: cell for part, cell in cells.items() if cell.lower() not in _NOTHING}
    started, answered, ended = (_date(columns, part, told) for part in ("start", "answer", "end"))
    spans = {part: _span(part, told[part]) for part in ("wait", "talk", "duration") if part in told}
    wait, talk, whole = (spans.get(part) for part in ("wait", "talk", "duration"))
    outcome = _word("outcome", told, _OUTCOME) or Outcome.GOING_ON
    if started is not None:
        spoke = bool(talk) or outcome is Outcome.ANSWERED
        if answered is None and spoke and wait is not None:
            answered = started + wait
        if answered is None and spoke and talk is not None and whole is not None and whole >= talk:
            answered = started + whole - talk
        if ended is None and whole is not None:
            ended = started + whole
        if ended is None and answered is not None and talk is not None:
            ended = answered + talk
        if ended is None and answered is None and wait is not None:
            ended = started + wait
    return Call(
        source=source,
        native=told.get("id") or fallback_id,
        started_at=started,
        answered_at=answered,
        ended_at=ended,
        direction=_word("direction", told, _DIRECTIONS),
        caller=number_of(told.get("caller", ""), columns.country),
        called=number_of(told.get("called", ""), columns.country),
        name=told.get("name", ""),
        queue=told.get("queue", ""),
        agent=told.get("agent", ""),
        outcome=outcome,
        notes=told.get("notes", ""),
    ).checked()


def _date(columns: Columns, part: str, told: Mapping[str, str]) -> datetime | None:
    if part not in told:
        return None
    found = read_date(told[part], month_first=columns.month_first, zone=columns.zone)
    if found is None:
        name = columns.header[columns.places[part]]
        raise InvalidInput(
            reason=say(
                "{column}: ‘{given}’ is no moment such as 2026-03-01 09:30:00.", column=name, given=clip(told[part], 40)
            )
        )
    return found


def _word(part: str, told: Mapping[str, str], known: Mapping[str, Word]) -> Word | None:
    if part not in told:
        return None
    found = known.get(plain(told[part]).replace(".", ""))
    if found is None:
        options = ", ".join(dict.fromkeys(str(each) for each in known.values()))
        raise InvalidInput(
            reason=say(
                "The {part} ‘{given}’ is none of {options}.", part=part, given=clip(told[part], 40), options=options
            )
        )
    return found


def _span(part: str, text: str) -> timedelta:
    """Return a time such as 95, 1:35, 0:01:35 or 1 min 35 s."""
    if text.replace(".", "", 1).replace(",", "", 1).isdigit() and text.isascii() and len(text) <= 12:
        return timedelta(seconds=float(text.replace(",", ".")))
    if clock := _CLOCK.fullmatch(text):
        hours, minutes, seconds = (int(each or 0) for each in clock.groups())
        return timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if len(text) <= 40 and (units := _UNITS.fullmatch(text)) and any(units.groups()):
        hours, minutes, seconds = (min(int(each or 0), 10**6) for each in units.groups())
        return timedelta(hours=hours, minutes=minutes, seconds=seconds)
    raise InvalidInput(
        reason=say("The {part} ‘{given}’ is no time such as 95, 1:35 or 0:01:35.", part=part, given=clip(text, 40))
    )
