"""What to think of before a reply goes out in public: compensation, liability, personal data.

The guard only warns; a person decides. It looks for promises and admissions, not for kindness:
'we're sorry' is no admission, and 'please send us your order number in a private message' is as it should be.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from hubbub.care.core.phrases import Rule, Suspects, in_ascii, phrases
from hubbub.kernel.speech import mark, say


class Risk(StrEnum):
    """What a public reply should not hold."""

    COMPENSATION = "compensation"
    LIABILITY = "liability"
    PERSONAL_DATA = "personal data"


@dataclass(frozen=True, slots=True)
class Caution:
    """One risk of a draft: the words that show it, and what to do instead."""

    kind: Risk
    words: tuple[str, ...]
    advice: str


_ADVICE = {
    Risk.COMPENSATION: mark("Offer this privately: what one customer gets in public, everyone will ask for."),
    Risk.LIABILITY: mark(
        "Say sorry and what you do next, but leave out whose fault it is: that is settled in private."
    ),
    Risk.PERSONAL_DATA: mark("Move this to a private message: everybody can read and keep what is written here."),
}


def warnings(text: str) -> tuple[Caution, ...]:
    """Return what to think of before this text goes out in public, one warning for each risk in it.

    >>> [(each.kind.value, each.words) for each in warnings("We'll refund you £50, it was our fault.")]
    [('compensation', ("We'll refund", '£50')), ('liability', ('our fault',))]
    """
    plain = " ".join(text.replace("’", "'").split())
    found = {
        Risk.COMPENSATION: _compensation(plain),
        Risk.LIABILITY: _unless_denied(plain, _LIABILITY),
        Risk.PERSONAL_DATA: _personal_data(plain),
    }
    return tuple(Caution(kind, words, say(_ADVICE[kind])) for kind, hits in found.items() if (words := _once(hits)))


def is_delicate(text: str) -> bool:
    """Say whether a customer's post gives personal data away, or speaks of compensation or liability."""
    plain = " ".join(text.replace("’", "'").split())
    if not _SUSPECTS.of(in_ascii(plain)):
        return False
    return bool(_COMPENSATE.search(plain)) or any(True for _ in given(plain))


def _once(hits: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(hit.strip() for hit in hits))


_DENIAL = re.compile(r"\b(?:no|not|never|cannot|unable to|\w+n't)(?: \w+){0,2} $", re.IGNORECASE)


def _unless_denied(text: str, rule: Rule) -> Iterator[str]:
    return (hit[0] for hit in rule.finditer(text) if not _DENIAL.search(text, max(0, hit.start() - 40), hit.start()))


# Compensation -------------------------------------------------------------

_OFFER = phrases(
    """
    <we> (also|gladly|happily|of_course|then) refund|reimburse|compensate|credit|waive|repay
    <we> (also|gladly|happily|of_course|then) offer|give|send|issue|arrange|process|add|apply|make .. <money>
    here|here's (is) .. voucher|code|discount|credit
    refunded|reimbursed|compensated|credited you|your
    get|receive|expect|have .. (full|partial) refund|money_back|compensation|reimbursement|voucher
    you'll|you_will be refunded|reimbursed|compensated|credited
    gesture of goodwill
    goodwill gesture|payment|credit
    compensation|compensate|compensating
    on us|the_house
    free month|months|meal|night|flight|upgrade|delivery_next_time
    free of charge
    wir erstatten|entschädigen
    gutschein|gutschrift|entschädigung
    nous vous|te remboursons|rembourserons
    bon d'achat
    le reembolsamos|reembolsaremos|compensaremos
    vale de_descuento
    """,
    we="""we'll we_will we_can we_could we'd we_would_like_to we'd_like_to we_are_going_to we're_going_to we_have we've
        i'll i_will i_can i_could i'd_like_to i_have i've let_me let_us please_let_us happy_to glad_to""",
    money="""refund refunds voucher vouchers credit compensation discount reimbursement gift_card gift_voucher
        money_back cash_back cashback upgrade""",
)
_CASH = re.compile(
    r"[£$€] ?\d[\d.,]*|\b\d[\d.,]* ?(?:£|€|(?:pounds?|euros?|dollars?|quid|gbp|eur|usd)\b)"
    r"|\b\d{1,3} ?% (?:off|discount|refund)",
    re.IGNORECASE,
)


def _compensation(text: str) -> Iterator[str]:
    offers = list(_unless_denied(text, _OFFER))
    yield from offers
    if offers:
        yield from (hit[0].rstrip(".,") for hit in _CASH.finditer(text))


# Liability ----------------------------------------------------------------

_LIABILITY = phrases(
    """
    our (own) fault|mistake|error|negligence|carelessness|blunder
    mistake|error|failure|fault on|at our part|end|side
    we|we're (are|were) (<fully>) liable|responsible|at_fault|to_blame|negligent|in_the_wrong
    accept|take|takes|admit|acknowledge|bear|assume (full|all|total|the|legal) responsibility|liability|blame
    we|i admit|confess
    we|i got this|it wrong
    we (have|have_clearly) broke|damaged|failed|messed_up|screwed_up
    caused by us|our
    you're|you_are entitled to
    unser|unsere fehler|schuld|verschulden
    wir haften|sind_schuld
    notre faute|erreur|responsabilité
    nuestra|nuestro culpa|error|responsabilidad
    """,
    fully="fully entirely completely solely legally clearly",
)

# Personal data ------------------------------------------------------------

_TELLING = re.compile(r"\d|\w@\w")
"""All that follows has a digit, or is an address."""

_COMPENSATE = re.compile(r"\bcompensat|\bliab(?:le|ility)\b|\bdamages\b", re.IGNORECASE)
_MAIL = re.compile(r"(?<![\w.+-])([\w.+-]{1,64})@([\w-]{1,63}(?:\.[\w-]{1,63}){1,5})")
_DESK = re.compile(
    r"(?:customer|help|support|info|care|service|contact|hello|complaints?|press|sales|team|office|no-?reply|feedback"
    r"|kontakt|kundendienst|hilfe|aide|ayuda|privacy)[\w.+-]*",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?<![\w.,£$€#-])\+?\(?\d[\d()./ -]{7,20}\d(?![\w%-])")
_OUR_NUMBER = re.compile(
    r"\b(?:(?:call|ring|phone|reach|text|contact|whatsapp) us\b|lines? (?:is|are)\b"
    r"|(?:our|the|their) (?:\w+ )?(?:office|number|hotline|helpline|phone|line|team|switchboard)\b)[^.!?]{0,40}$",
    re.IGNORECASE,
)
_DATE_LIKE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{4}[ -]\d{4}")
_CARD = re.compile(r"(?<![\d-])\d(?:[ -]?\d){12,18}(?![\d-])")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b")
_SORT_CODE = re.compile(r"\bsort code\W{0,4}(?:is )?\d\d-?\d\d-?\d\d\b", re.IGNORECASE)
_NUMBERED = re.compile(
    r"\b(?:order|account|customer|booking|reservation|policy|invoice|contract|member(?:ship)?|passport|case|reference|ticket"
    r"|bestell|kunden|konto)[- ]?(?:number|no\.?|nr\.?|nummer|id|ref(?:erence)?|code)? ?(?:is|was|:|#|=)? ?#?"
    r"(?=[A-Z0-9-]{5,20}\b)(?=[A-Z-]{0,6}\d)[A-Z0-9-]{5,20}\b",
    re.IGNORECASE,
)
_STREET = re.compile(
    r"\b\d{1,4}[a-z]?,? (?:[A-Z][\w'.-]{1,20} ){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Close|Way|Court|Place"
    r"|Square|Terrace|Gardens|Crescent|Boulevard|Blvd)\b"
    r"|\b[A-ZÄÖÜ][\wäöüß-]{2,25}(?:straße|strasse|str\.|weg|platz|allee|gasse) \d{1,4}\b"
    r"|\b\d{1,4},? (?:bis )?(?:rue|avenue|boulevard|place|chemin|impasse) (?:de |du |des |d'|la |le |les )*[A-Z]\w+"
    r"|\b(?:[Cc]alle|[Aa]venida|[Pp]laza) (?:de |del |la |los )*[A-Z]\w+,? (?:n[.º°] ?)?\d{1,4}\b"
    r"|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b"
)
_OUR_PLACE = re.compile(
    r"\b(?:our|the) (?:\w+ )?(?:store|shop|branch|office|depot|hotel|restaurant|showroom)s?\b[^.!?]{0,40}$",
    re.IGNORECASE,
)
_BORN = re.compile(
    r"\b(?:born(?: on)?|date of birth|d\.?o\.?b\.?|birthday|geburtsdatum|geboren am|née? le|fecha de nacimiento)\W{0,4}"
    r"(?:is |was |on |the |ist )?"
    r"(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{1,2}(?:st|nd|rd|th|\.)? (?:of )?[A-Za-zäé]{3,9},? \d{2,4})",
    re.IGNORECASE,
)
_ASKED = phrases(
    """
    <give> (me|us) (with) the|a (<sort>) number|code|email|booking_number|email_address|zip_code|postcode
    <give> (me|us) .. your (<sort>) <data>
    what|what's (is) your (<sort>) <data>
    when|where were|do you born|live
    wie lautet|ist ihre|deine <data>|bestellnummer|kundennummer|adresse|telefonnummer
    schicken sie (uns) ihre|deine <data>|bestellnummer|kundennummer|adresse|telefonnummer
    quel|quelle est votre <data>|adresse|numéro
    cuál es su|tu <data>|dirección|número
    """,
    sort="full home postal delivery mobile contact e-mail email order account card bank",
    give="""send share give tell confirm provide post need have dm reply_with let_us_know let_me_know tweet what's
        can_we_have can_i_have could_you_share""",
    data="""name address email e-mail mail_address email_address number phone telephone_number phone_number
        mobile postcode post_code zip zip_code date_of_birth dob order_number order_id account_number
        account_details card_number card_details details booking_number booking_reference reference
        reference_number policy_number iban sort_code passport_number serial_number""",
)
_SECRET = phrases(
    """
    <give> (me|us) .. password|passcode|pin|cvv|cvc|security_code|verification_code
    <give> (me|us) (your|the) (full|long|credit|debit|bank) card_number
    what is your password|passcode|pin|card_number
    what's your password|passcode|pin|card_number
    """,
    give="send share give tell confirm provide dm reply_with let_us_know we_need i_need",
)
_PRIVATELY = phrases(
    """
    dm|dms|dm'd|privately|private|direct_message|pm|inbox|confidential|secure|privat|privée|privé|privado|chat|link|https://*
    message us
    """
)


# One look tells that none of these holds in a text: most are plain English, and give nothing away.
_SUSPECTS = Suspects(
    [
        Rule(rule, (in_ascii(f"(?i){rule.pattern}" if rule.flags & re.IGNORECASE else rule.pattern).encode(),))
        for rule in (_COMPENSATE, _CARD, _IBAN, _MAIL, _NUMBERED, _SORT_CODE, _BORN, _PHONE, _STREET)
    ]
)


def _personal_data(text: str) -> Iterator[str]:
    yield from (words for _, words in given(text))
    yield from (hit[0] for hit in _SECRET.finditer(text))  # nobody should ask for these, not even in private
    sentences = re.split(r"(?<=[.!?]) ", text)
    for sentence, following in zip(sentences, [*sentences[1:], ""], strict=True):
        if not _PRIVATELY.search(sentence) and not _PRIVATELY.search(following):
            yield from (hit[0] for hit in _ASKED.finditer(sentence))


def given(text: str) -> Iterator[tuple[str, str]]:
    """Yield personal data that stands in a text itself, each with what it is.

    >>> list(given("Ring me on 0161 496 0000 or write to jo@example.org"))
    [('mail address', 'jo@example.org'), ('telephone number', '0161 496 0000')]
    """
    if not _TELLING.search(text):
        return
    cards = [hit for hit in _CARD.finditer(text) if _luhn(hit[0])]
    ibans = [hit for hit in _IBAN.finditer(text) if _iban(hit[0])]
    yield from (("card number", hit[0]) for hit in cards)
    yield from (("bank account", hit[0]) for hit in ibans)
    rest = text
    for hit in (*cards, *ibans):  # a card's number is not also a telephone's
        rest = rest.replace(hit[0], "~" * len(hit[0]))
    yield from (("mail address", hit[0]) for hit in _MAIL.finditer(rest) if not _DESK.fullmatch(hit[1]))
    for what, rule in (("number", _NUMBERED), ("bank account", _SORT_CODE), ("day of birth", _BORN)):
        if hits := [hit[0] for hit in rule.finditer(rest)]:
            yield from ((what, words) for words in hits)
            rest = rule.sub("~", rest)
    for hit in _PHONE.finditer(rest):
        if _is_phone(hit[0]) and not is_ours(rest, hit.start()):
            yield "telephone number", hit[0]
    for hit in _STREET.finditer(rest):
        if not _OUR_PLACE.search(rest, max(0, hit.start() - 80), hit.start()):
            yield "postal address", hit[0]


def is_ours(text: str, at: int) -> bool:
    """Say whether a number that begins there is said to be one of ours, as in *call us on*."""
    return _OUR_NUMBER.search(text, max(0, at - 80), at) is not None


def is_for_everybody(number: str) -> bool:
    """Say whether a number is one that nobody has at home: a free or service number."""
    return _FREEPHONE.match(re.sub(r"\D", "", number)) is not None


def _is_phone(number: str) -> bool:
    digits = sum(letter.isdigit() for letter in number)
    return 9 <= digits <= 15 and not _DATE_LIKE.fullmatch(number) and not is_for_everybody(number)


_FREEPHONE = re.compile(r"0[38]0\d|034\d|084[345]|087[01]|1?8(?:00|88|77|66|55|44|33)|00800")


def _luhn(number: str) -> bool:
    """Whether the last digit is the check digit that cards carry (ISO/IEC 7812)."""
    digits = [int(letter) for letter in reversed(number) if letter.isdecimal()]
    doubled = (digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[1::2])
    return len(set(digits)) > 1 and (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _iban(number: str) -> bool:
    """Whether the check digits are right (ISO 13616: modulo 97 is 1)."""
    plain = number.replace(" ", "")
    moved = plain[4:] + plain[:4]
    return 15 <= len(plain) <= 34 and int("".join(str(int(letter, 36)) for letter in moved)) % 97 == 1
