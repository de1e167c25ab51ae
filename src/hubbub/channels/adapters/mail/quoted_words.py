"""How mail programs of many languages introduce what they quote: words and patterns for `quoted`."""

import re
from typing import Final

_FROM = """from|von|de|da|van|od|från|fra|lähettäjä|от|от кого|від|від кого|από|kimden|gönderen|expéditeur|remetente|
mittente|afzender|avsändare|afsender|feladó|odesílatel|nadawca|差出人|发件人|寄件者|寄件人|보낸 사람|보낸사람|từ|dari|
de la|מאת|من|pošiljatelj|pošiljalec|saatja|nuo|no|отправитель|відправник|از|से|จาก"""
_SENT = """sent|gesendet|envoyé|envoyé le|enviado|enviado el|enviado em|enviada em|enviada|inviato|verzonden|wysłano|
wysłane|skickat|sendt|lähetetty|отправлено|надіслано|відправлено|στάλθηκε|gönderildi|gönderme tarihi|elküldve|küldve|
odesláno|odoslané|送信日時|发送时间|傳送時間|寄件日期|보낸 날짜|보낸날짜|trimis|poslano|poslato|saadetud|išsiųsta|
nosūtīts|đã gửi|dikirim|נשלח|تم الإرسال|إرسال|ส่ง"""
_DATE = """date|datum|data|fecha|dato|päivämäärä|päiväys|дата|ημερομηνία|tarih|dátum|日付|日時|日期|날짜|ngày|
tanggal|תאריך|
التاريخ|kuupäev|datums|วันที่"""
_TO = """to|an|à|a|para|aan|do|till|til|vastaanottaja|кому|προς|kime|alıcı|címzett|komu|pro|宛先|收件人|收件者|
받는 사람|
받는사람|către|za|prima|אל|إلى|kepada|đến|destinataire|destinatario|destinatário|ontvanger|empfänger|saaja|kam|
iki|ถึง"""
_CC = "cc|kopie|copie|kopia|kopi|copia|cópia|копия|копія|抄送|副本|참조|bcc|κοιν.|másolatot kap|bilgi|kopija|kopio"
_SUBJECT = """subject|betreff|objet|asunto|assunto|oggetto|onderwerp|temat|ämne|emne|aihe|тема|θέμα|konu|tárgy|
předmět|
predmet|件名|主题|主題|主旨|제목|subiect|zadeva|נושא|الموضوع|subjek|perihal|chủ đề|tema|assumpte|gegenstand|
teema|tēma|เรื่อง"""


def _names(listed: str) -> list[str]:
    return [" ".join(each.split()) for each in listed.split("|")]


HEADERS: Final = {
    name: kind
    for kind, listed in (
        ("cc", _CC), ("to", _TO), ("date", _DATE), ("sent", _SENT), ("subject", _SUBJECT), ("from", _FROM),
    )
    for name in _names(listed)
}  # fmt: skip
"""Names of headers as quoted mails show them, in lower case, and which header each is."""

_VERBS = """wrote|writes|schrieb|schreibt|hat geschrieben|a écrit|écrivait|escribió|ha escrito|escreveu|
ha scritto|schreef|
napisał|napisała|napisał\\(a\\)|napisano|pisze|skrev|kirjoitti|napsal|napsala|napsal\\(a\\)|napísal|napísala|
napísal\\(a\\)|
írta|a scris|yazdı|писал|писала|писал\\(а\\)|писал\\(-а\\)|написал|написала|написал\\(а\\)|пишет|пише|написав|
написала|
написав\\(ла\\)|написа|έγραψε|je napisao|je napisala|je napisao/la|je napisal|je napisala|rašė|rakstīja|kirjutas|
va escriure|idatzi du|đã viết|menulis|skrifaði|كتب|כתב|כתבה|‏נכתב|نوشت|ने लिखा"""
_VERBS_ANYWHERE = "写道|寫道|书写|のメール|書きました|は書き|さんからの|작성|님의 메시지|เขียนว่า"
_INTRO = """on|am|le|el|em|il|op|w dniu|dnia|den|på|dne|dňa|ngày|tarihinde|в|у|на|στις|la data|pe|kl|vào|pada|quoting|
il giorno|dana|no dia|a|um|the|בתאריך|ב-|في|em|ons|tor|fre|man|tir|lør|søn|mån|tis|lör|sön"""

VERB: Final = re.compile(
    rf"(?<!\w)(?:{'|'.join(_names(_VERBS))})(?!\w)|{'|'.join(_names(_VERBS_ANYWHERE))}", re.IGNORECASE
)
INTRO: Final = re.compile(rf"\W{{0,3}}(?:{'|'.join(_names(_INTRO))})(?!\w)", re.IGNORECASE)

SEPARATOR: Final = re.compile(
    r"""(?:original|forwarded|reply)\s+(?:message|mail|e-?mail|appointment)|(?:message|
    e-?mail)\s+(?:d['’]origine|original|transféré)|
    (?:ursprüngliche|weitergeleitete|original)\s?-?(?:nachricht|mail|e-?mail|mitteilung)|mensaje\s+(?:original|
    reenviado)|
    mensagem\s+(?:original|encaminhada)|messaggio\s+(?:originale|inoltrato)|oorspronkelijk\s+bericht|
    doorgestuurd\s+bericht|
    wiadomość\s+(?:oryginalna|przekazana|przesłana\ dalej)|oryginalna\s+wiadomość|ursprungligt\s+meddelande|
    (?:original|vidarebefordrat\s)meddelande|(?:opprinnelig|videresendt)\s+melding|(?:oprindelig|
    videresendt)\s+meddelelse|
    alkuperäinen\s+viesti|välitetty\s+viesti|исходное\s+сообщение|пересылаемое\s+сообщение|пересланное\s+сообщение|
    оригінальне\s+повідомлення|původní\s+(?:zpráva|e-?mail)|pôvodná\s+správa|eredeti\s+üzenet|
    (?:orijinal|özgün|iletilen)\s+(?:mesaj|ileti)|αρχικό\s+μήνυμα|mesaj\s+original|元のメッセージ|转发的?邮件|
    原始(?:邮件|郵件)|
    轉寄郵件|원본\s*(?:메시지|메일)|הודעה\s+מקורית|الرسالة\s+الأصلية|izvorna\s+poruka|izvirno\s+sporočilo""",
    re.IGNORECASE | re.VERBOSE,
)
"""What stands between dashes, above a quoted mail."""

BEGIN: Final = re.compile(
    r"""begin\ forwarded\ message|anfang\ der\ weitergeleiteten\ (?:nachricht|e-?mail)|
    début\ du\ message\ (?:transféré|réexpédié)|
    inicio\ del\ mensaje\ reenviado|inizio\ messaggio\ inoltrato|início\ da\ mensagem\ (?:reencaminhada|encaminhada)|
    begin\ doorgestuurd\ bericht|vidarebefordrat\ brev|videresendt\ besked|videresendt\ e-post|
    początek\ przekazanej\ wiadomości|начало\ переадресованного\ сообщения|転送されたメッセージ|下面是被转发的邮件""",
    re.IGNORECASE | re.VERBOSE,
)
"""How Apple's programs begin a forwarded mail."""

ABOVE: Final = re.compile(
    r"""(?:reply|type\ your\ reply|write|respond|antworten|antwort|antworte|répondre|répondez|responda|responde|
    rispondi|
    schrijf|svara|svar)\b.{0,40}\b(?:above|oberhalb|über|au-dessus|encima|acima|sopra|boven|ovanför|over)\b.{0,40}\b
    (?:line|zeile|linie|ligne|línea|linha|riga|lijn|regel|linje)""",
    re.IGNORECASE | re.VERBOSE,
)
"""The line of a help desk below which nothing is new."""

TAGLINE: Final = re.compile(
    r"""(?:sent\ (?:from|via|with|by|using)|get\ outlook\ for|gesendet\ (?:mit|von|über|aus)|von\ (?:meinem|
    unterwegs)|
    diese\ nachricht\ wurde\ von\ meinem|envoyé\ (?:de|depuis|à\ partir|avec)|télécharge[rz]\ outlook|
    obtenez\ outlook|
    enviado\ (?:desde|do|a\ partir|pelo|através|con)|obtener\ outlook|inviato\ (?:da|dal|con)|scarica\ outlook|
    (?:verzonden|verstuurd)\ (?:vanaf|met|via|vanuit)|wysłan[eo]\ (?:z|za)|skickat\ från|sendt\ (?:fra|med)|
    lähetetty\ |отправлено\ (?:с|из)|надіслано\ (?:з|із)|odesláno\ (?:z|ze)|odoslané\ z|trimis\ de\ pe|
    poslano\ (?:z|s|sa)|
    στάλθηκε\ από|gửi\ từ|dikirim\ dari|发自我的|從我的.{0,20}(?:傳送|寄出)|從\ .{0,20}傳送|从我的|
    나의\ .{1,20}에서\ 보냄|נשלח\ מ|أرسلت\ من|مرسل\ من)|
    .{0,30}(?:から送信|['’](?:umdan|imden|ımdan|den|dan)\ gönderildi|에서\ 보냄)""",
    re.IGNORECASE | re.VERBOSE,
)
"""What a telephone writes below a mail by itself."""
