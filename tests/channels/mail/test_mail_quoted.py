"""What somebody wrote is told apart from what they repeat, whatever program and language they use."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.channels.adapters.mail.quoted import split_html, split_text

OWN = "My widget hums.\n\nWhat can I do?"
EARLIER = "Good morning,\nwhich model is it?\nKind regards"
INTRODUCTIONS = (
    "On Mon, 2 Nov 2026 at 09:15, Acme Care <care@acme.example> wrote:",
    "On Mon, 2 Nov 2026 at 09:15, Acme Care\n<care@acme.example> wrote:",
    "On Nov 2, 2026, at 9:15 AM, Acme Care <care@acme.example>\nwrote:",
    "Am 02.11.2026 um 09:15 schrieb Acme Care:",
    "Am Mo., 2. Nov. 2026 um 09:15 Uhr schrieb Acme Care <care@acme.example>:",
    "Acme Care <care@acme.example> schrieb am Mo., 2. Nov. 2026, 09:15:",
    "Le lun. 2 nov. 2026 à 09:15, Acme Care <care@acme.example> a écrit :",
    "El lun, 2 nov 2026 a las 9:15, Acme Care (<care@acme.example>) escribió:",
    "Em seg., 2 de nov. de 2026 às 09:15, Acme Care <care@acme.example> escreveu:",
    "Il giorno lun 2 nov 2026 alle ore 09:15 Acme Care <care@acme.example> ha scritto:",
    "Op ma 2 nov 2026 om 09:15 schreef Acme Care <care@acme.example>:",
    "pon., 2 lis 2026 o 09:15 Acme Care <care@acme.example> napisał(a):",
    "Den mån 2 nov. 2026 kl 09:15 skrev Acme Care <care@acme.example>:",
    "man. 2. nov. 2026 kl. 09:15 skrev Acme Care <care@acme.example>:",
    "ma 2. marrask. 2026 klo 9.15 Acme Care (care@acme.example) kirjoitti:",
    "po 2. 11. 2026 v 9:15 odesílatel Acme Care <care@acme.example> napsal:",
    "Acme Care <care@acme.example> ezt írta (időpont: 2026. nov. 2., H, 9:15):",
    "În lun., 2 nov. 2026 la 09:15, Acme Care <care@acme.example> a scris:",
    "Acme Care <care@acme.example>, 2 Kas 2026 Pzt, 09:15 tarihinde şunu yazdı:",
    "пн, 2 нояб. 2026 г. в 09:15, Acme Care <care@acme.example>:",
    "2 ноября 2026 г., 09:15, Acme Care <care@acme.example> написал(а):",
    "пн, 2 лист. 2026 р. о 09:15 Acme Care <care@acme.example> пише:",
    "Στις Δευ 2 Νοε 2026 στις 9:15 π.μ., ο χρήστης Acme Care <care@acme.example> έγραψε:",
    "2026年11月2日(月) 9:15 Acme Care <care@acme.example>:",
    "Acme Care <care@acme.example> 于2026年11月2日周一 09:15写道：",
    "2026년 11월 2일 (월) 오전 9:15, Acme Care <care@acme.example>님이 작성:",
    "\u202bבתאריך יום ב׳, 2 בנוב׳ 2026 ב-9:15 מאת Acme Care <\u202acare@acme.example\u202c\u200f>:\u202c",
    "في الاثنين، 2 نوفمبر 2026 في 9:15 ص تمت كتابة ما يلي بواسطة Acme Care <care@acme.example>:",
    "Vào Th 2, 2 thg 11, 2026 vào lúc 09:15 Acme Care <care@acme.example> đã viết:",
    "Nov 2, 2026, 09:15 by care@acme.example:",
    '02.11.2026, 09:15, "Acme Care" <care@acme.example>:',
)
BLOCKS = (
    "From: Acme Care <care@acme.example>\nSent: Monday, November 2, 2026 9:15 AM\nTo: Jo\nSubject: RE: Humming",
    "Von: Acme Care <care@acme.example>\nGesendet: Montag, 2. November 2026 09:15\nAn: Jo\nBetreff: AW: Brummen",
    "De : Acme Care <care@acme.example>\nEnvoyé : lundi 2 novembre 2026 09:15\nÀ : Jo\nObjet : RE: Bruit",
    "De: Acme Care\nEnviado el: lunes, 2 de noviembre de 2026 9:15\nPara: Jo\nAsunto: RE: Zumbido",
    "De: Acme Care\nEnviada em: segunda-feira, 2 de novembro de 2026 09:15\nPara: Jo\nAssunto: RES: Zumbido",
    "Da: Acme Care\nInviato: lunedì 2 novembre 2026 09:15\nA: Jo\nOggetto: R: Ronzio",
    "Van: Acme Care\nVerzonden: maandag 2 november 2026 09:15\nAan: Jo\nOnderwerp: RE: Gezoem",
    "Od: Acme Care\nWysłano: poniedziałek, 2 listopada 2026 09:15\nDo: Jo\nTemat: RE: Buczenie",
    "Från: Acme Care\nSkickat: den 2 november 2026 09:15\nTill: Jo\nÄmne: SV: Surr",
    "Fra: Acme Care\nSendt: mandag 2. november 2026 09:15\nTil: Jo\nEmne: SV: Summing",
    "Lähettäjä: Acme Care\nLähetetty: maanantai 2. marraskuuta 2026 9.15\nVastaanottaja: Jo\nAihe: VS: Hurina",
    "От: Acme Care\nОтправлено: 2 ноября 2026 г. 9:15\nКому: Jo\nТема: RE: Гудит",
    "Kimden: Acme Care\nGönderildi: 2 Kasım 2026 Pazartesi 09:15\nKime: Jo\nKonu: YNT: Uğultu",
    "差出人: Acme Care\n送信日時: 2026年11月2日 9:15\n宛先: Jo\n件名: RE: 音",
    "发件人: Acme Care\n发送时间: 2026年11月2日 9:15\n收件人: Jo\n主题: 回复: 声音",
    "보낸 사람: Acme Care\n보낸 날짜: 2026년 11월 2일 월요일 오전 9:15\n받는 사람: Jo\n제목: RE: 소리",
    "*From:* Acme Care [mailto:care@acme.example]\n*Sent:* Monday, November 2, 2026\n*To:* Jo\n*Subject:* Humming",
    'Gesendet: Montag, 2. November 2026 um 09:15 Uhr\nVon: "Acme Care" <care@acme.example>\nAn: Jo\nBetreff: Brummen',
)
SEPARATORS = (
    "-----Original Message-----",
    "----- Original Message -----",
    "-------- Ursprüngliche Nachricht --------",
    "-------- Message d'origine --------",
    "----- Mensaje original -----",
    "-------- Messaggio originale --------",
    "-------- Исходное сообщение --------",
    "---------- Forwarded message ---------",
    "________________________________",
    "##- Please type your reply above this line -##",
)
TAGLINES = (
    "Sent from my iPhone",
    "Von meinem iPhone gesendet",
    "Envoyé de mon iPhone",
    "Enviado desde mi Samsung",
    "Inviato da iPhone",
    "Verstuurd vanaf mijn telefoon",
    "Отправлено с iPhone",
    "iPhoneから送信",
    "Get Outlook for Android<https://example.org/app>",
    "Sent with a secure program",
)


def quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


@pytest.mark.parametrize("introduction", INTRODUCTIONS)
class TestIntroductions:
    def test_the_earlier_mail_below_is_told_apart_with_its_introduction(self, introduction: str) -> None:
        split = split_text(f"{OWN}\n\n{introduction}\n\n{quoted(EARLIER)}\n")
        assert split.own == OWN
        assert "which model" in split.quoted

    def test_also_where_no_line_of_it_is_marked(self, introduction: str) -> None:
        assert split_text(f"{OWN}\n\n{introduction}\n\n{EARLIER}\n").own == OWN

    def test_also_without_a_blank_line_between(self, introduction: str) -> None:
        assert split_text(f"{OWN}\n{introduction}\n{quoted(EARLIER)}").own == OWN

    def test_also_above_the_answer(self, introduction: str) -> None:
        assert split_text(f"{introduction}\n{quoted(EARLIER)}\n\n{OWN}").own == OWN

    def test_also_in_html(self, introduction: str) -> None:
        shown = introduction.replace("<", "&lt;").replace(">", "&gt;").replace("\n", " ")
        markup = f"<p>My widget hums.</p><p>What can I do?</p><div>{shown}</div><blockquote>{EARLIER}</blockquote>"
        assert split_html(markup).own.split() == OWN.split()


@pytest.mark.parametrize("block", BLOCKS)
class TestHeaders:
    def test_what_stands_below_the_headers_of_an_earlier_mail_is_no_news(self, block: str) -> None:
        split = split_text(f"{OWN}\n\n{block}\n\n{EARLIER}")
        assert split.own == OWN
        assert split.quoted == f"{block}\n\n{EARLIER}"

    def test_also_below_a_line_and_what_a_telephone_wrote(self, block: str) -> None:
        text = f"{OWN}\n\nSent from my telephone\n________________________________\n{block}\n\n{EARLIER}"
        assert split_text(text).own == OWN

    def test_also_in_html(self, block: str) -> None:
        shown = block.replace("<", "&lt;").replace(">", "&gt;")
        lines = "<br>".join(f"<b>{line.partition(':')[0]}:</b>{line.partition(':')[2]}" for line in shown.split("\n"))
        markup = f"<div>My widget hums.</div><div>What can I do?</div><hr><div>{lines}</div><p>{EARLIER}</p>"
        assert split_html(markup.replace("<b>*", "<b>").replace(":</b>*", ":</b>")).own.split() == OWN.split()


@pytest.mark.parametrize("separator", SEPARATORS)
def test_a_line_that_parts_mails_ends_what_is_new(separator: str) -> None:
    block = "From: Acme Care <care@acme.example>\nDate: 2 Nov 2026\nTo: Jo\nSubject: Humming"
    assert split_text(f"{OWN}\n\n{separator}\n{block}\n\n{EARLIER}").own == OWN


@pytest.mark.parametrize("tagline", TAGLINES)
def test_what_a_telephone_writes_is_folded_but_nothing_is_lost(tagline: str) -> None:
    assert split_text(f"{OWN}\n\n{tagline}\n") == (OWN, tagline)
    assert split_text(f"{OWN}\n\n{tagline}\n\n{INTRODUCTIONS[0]}\n{quoted(EARLIER)}").own == OWN


@pytest.mark.parametrize(
    "text",
    [
        "I wrote to you on 2 November 2026 at 9:15 and got no answer.",
        "On your page it says:\nnothing is delivered on Sundays.",
        "From: London\nTo: Paris\nDate: 3 May\n\nCan I take my dog along?",
        "Please send it to:\n\nJo Berg\nHigh Street 5",
        "Sent from my old address to the new one, and it never arrived.",
        "These are my questions:\n\n1. When?\n2. Where?",
        "My colleague bob@example.org told me this:\nyou give refunds.",
        "It costs 5 > 3, does it not?",
        "Date: tomorrow\nSubject to change: the price?",
        "To: whom it may concern\n\nThe widget hums.",
        "Here is a fix -- this is no signature.",
        "* one\n* two\n\n--- \n\nand that is all",
    ],
)
def test_what_only_looks_like_a_quote_stays(text: str) -> None:
    assert split_text(text).own == text.replace(" \n", "\n")


def test_answers_between_the_lines_are_the_senders_own() -> None:
    text = f"{INTRODUCTIONS[0]}\n> Which model?\nThe 4471.\n> Since when?\nMonday."
    assert split_text(text) == ("The 4471.\nMonday.", f"{INTRODUCTIONS[0]}\n> Which model?\n> Since when?")


def test_a_signature_is_folded() -> None:
    assert split_text(f"{OWN}\n\n-- \nJo Berg\n+44 20 7946 0000") == (OWN, "--\nJo Berg\n+44 20 7946 0000")


def test_a_mail_of_nothing_but_a_telephones_line_says_that() -> None:
    assert split_text("Sent from my iPhone").own == "Sent from my iPhone"


@pytest.mark.parametrize(
    "markup",
    [
        '<p>{own}</p><div class="gmail_quote"><div class="gmail_attr">On Monday Acme wrote:</div><p>{old}</p></div>',
        '<p>{own}</p><div class="moz-cite-prefix">Acme schrieb:</div><blockquote type="cite">{old}</blockquote>',
        '<p>{own}</p><div class="yahoo_quoted"><div>On Monday, Acme wrote:</div><div>{old}</div></div>',
        '<p>{own}</p><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> Acme</div><p>{old}</p>',
        '<p>{own}</p><hr id="zwchr"><div><b>From: </b>Acme</div><p>{old}</p>',
        '<p>{own}</p><blockquote style="margin:0; border-left: 2px solid; padding-left: 1ex"><p>{old}</p></blockquote>',
        '<div>{own}</div><div class="gmail_signature">Jo Berg</div><div class="protonmail_quote">{old}</div>',
        '<blockquote type="cite"><p>{old}</p></blockquote><p>{own}</p>',
    ],
)
def test_elements_in_which_programs_quote_are_known(markup: str) -> None:
    split = split_html(markup.format(own="My widget hums.", old="Which model is it?"))
    assert split.own == "My widget hums."
    assert "Which model is it?" in split.quoted


def test_an_indented_paragraph_in_html_is_no_quote() -> None:
    assert "indented" in split_html("<p>Hello</p><blockquote>indented</blockquote><p>Bye</p>").own


@given(st.text(max_size=400), st.sampled_from(INTRODUCTIONS), st.text(max_size=200))
def test_no_word_is_lost_and_none_is_added(before: str, introduction: str, after: str) -> None:
    text = f"{before}\n{introduction}\n> {after}"
    split = split_text(text)
    assert sorted((split.own + "\n" + split.quoted).split()) == sorted(text.split())


@given(st.text(alphabet="<>/divbloquteas \"'=&;\n:.-_ab1", max_size=600))
def test_any_markup_is_told_apart_in_time(markup: str) -> None:
    began = time.process_time()
    split = split_html(markup)
    assert isinstance(split.own + split.quoted, str)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "piece", ["On 3 Apr 2026 bob wrote:\n", "> a\n", "From: a\n", ":\n", "-- \n", "\n", "a@b <a@b>:\n"]
)
def test_long_texts_take_no_longer_than_they_are(piece: str) -> None:
    began = time.process_time()
    split_text(piece * 20_000)
    assert time.process_time() - began < 5
