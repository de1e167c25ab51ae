"""What a post says outright, found by rule: danger, a threat, 'me too', 'that worked'. English first.

Rules are phrases, one a line (see `care.core.phrases`), looked for in folded text. Where words have a harmless
sense ('this deal is fire'), the harmless phrase is struck out before the rules look.
"""

import codecs
import re
from enum import StrEnum
from functools import lru_cache

from hubbub.care.core.phrases import Rule, Suspects, expression, phrases
from hubbub.kernel.text import fold

READ_CHARACTERS = 5_000
"""How much of a text the rules look at."""


class Severity(StrEnum):
    """What makes a post grave, from the gravest down."""

    DANGER = "danger"  # to people
    LEGAL = "legal"  # a threat with the law
    LEAK = "leak"  # of personal data
    MONEY = "money"
    DELAY = "delay"
    ANNOYANCE = "annoyance"


def says_nothing(text: str) -> bool:
    """Whether none of the rules below can hold, so that nobody need ask for each: so it is with most texts."""
    return not _looked_through(text)[1]


def severities(text: str) -> frozenset[Severity]:
    """Return everything that makes a post grave.

    >>> severities("It smoked and burnt my hand"), severities("This deal is fire")
    (frozenset({<Severity.DANGER: 'danger'>}), frozenset())
    """
    plain, suspects = _looked_through(text)
    grave = [(severity, rule) for severity, rule in _SEVERITIES.items() if rule in suspects]
    if grave and _HARMLESS in suspects:
        plain = _HARMLESS.sub("~", plain)
    return frozenset(severity for severity, rule in grave if _says(plain, rule))


def problem_words(text: str) -> frozenset[str]:
    """Return the classes of problem that a post names: failure, connection, delivery, billing and so on.

    >>> sorted(problem_words("So's mine, they are so unreliable")), sorted(problem_words("Not broken at all"))
    (['failure'], [])
    """
    plain, suspects = _looked_through(text)
    return frozenset(name for name, rule in _PROBLEMS.items() if rule in suspects and _says(plain, rule))


def asks_anyone(text: str) -> bool:
    """Whether the author asks whoever reads it: 'anyone?', 'what can I do?'."""
    plain, suspects = _looked_through(text)
    return _ASKS in suspects and bool(_ASKS.search(plain))


def joins_in(text: str) -> bool:
    """Whether the author says it is the same with them: 'so's mine', 'me too', '+1'."""
    plain, suspects = _looked_through(text)
    return any(rule.search(plain) for rule in (_JOINS, _JOINS_ALONE) if rule in suspects)


def confirms(text: str) -> bool:
    """Whether the author says that it is solved, or thanks for it.

    >>> confirms("that worked, thanks!"), confirms("thanks for nothing"), confirms("please fix it, thanks")
    (True, False, False)
    """
    plain, suspects = _looked_through(text)
    if _DENIES in suspects and _DENIES.search(plain):
        return False
    for rule in (_SOLVED, _SOLVED_ALONE):
        if rule in suspects and (solved := rule.search(plain)):
            return not plain[solved.end() :].lstrip().startswith("?")
    thanks = _THANKS in suspects and bool(_THANKS.search(plain))
    return thanks and "?" not in plain and not _REQUESTS.search(plain)


def is_abusive(text: str) -> bool:
    """Whether people are insulted, slurred or threatened. Swearing about a thing is not abuse."""
    plain, suspects = _looked_through(text)
    if "the fuck " in plain:  # 'why the fuck you do this' is no word at anybody
        plain = plain.replace("the fuck ", "")
        suspects = _SUSPECTS.of(plain)
    return any(rule.search(plain) for rule in (_ABUSE, _SLURRED) if rule in suspects)


def asks_favour(text: str) -> bool:
    """Whether the author wants us, or anybody, to repost, to vote or to spread the word.

    >>> asks_favour("Please RT, we need 20 more votes"), asks_favour("I voted with my feet and left")
    (True, False)
    """
    plain, suspects = _looked_through(text)
    return _FAVOUR in suspects and bool(_FAVOUR.search(plain))


def asks_advice(text: str) -> bool:
    """Whether the author asks what to buy or where to go.

    >>> asks_advice("Anyone know a good widget?"), asks_advice("Thinking of leaving Acme for good. Where to?")
    (True, True)
    >>> asks_advice("This is a good widget"), asks_advice("I recommend nothing")
    (False, False)
    """
    plain, suspects = _looked_through(text)
    return _ADVICE in suspects and bool(_ADVICE.search(plain))


def _plain(text: str) -> str:
    return " ".join(fold(text[:READ_CHARACTERS]).replace("’", "'").split())


def _says(text: str, rule: Rule) -> bool:
    """Whether a phrase stands there and the words right before it don't deny it."""
    return any(not _NEGATION.search(text, max(0, hit.start() - 60), hit.start()) for hit in rule.finditer(text))


_NEGATION = re.compile(
    r"\b(?:no|not|never|without|\w+n't|(?:nobody|no one)(?:'s| was| is| got)?|kein\w*|nicht|pas|sin)"
    r"(?: (?:a|an|any|the|been|be|being|get|got|even|actually|really|longer|badly|seriously|more|sign of|risk of))* $"
)

# Severity -----------------------------------------------------------------

_PEOPLE = """you i he she we they it_was team crew staff boys girls lads guys squad band album song playlist deal deals
    sale sales price prices"""
_BODY = """hand hands finger fingers arm leg foot feet face eye eyes head lip lips tongue mouth skin hair thumb wrist
    back knee son daughter child children kid kids baby wife husband mum mom dad mother father dog cat"""
_FOOD = "food salad soup bread sandwich pizza burger drink meal yoghurt chicken cereal"

_HARMLESS = phrases(
    """
    <people> is|are|was|were|am (so|absolutely|really) on fire
    you're|i'm|he's|she's|we're|they're (so|absolutely|really) on fire
    on fire today|tonight|lately|this_week|this_season|this_morning|with
    under fire
    fire stick|tv|tablet|works|sale|drill|drills
    rapid|quick fire
    smoking area|room|ban|hot|gun|deal|cigarettes
    no|non|anti smoking
    non-smoking|smoke_break|smoke_and_mirrors
    cigarette|tobacco smoke
    see smoke signals
    scorched earth
    smoked salmon|meat|cheese|ham|paprika|fish|bacon
    burn|burns|burned|burnt|burning out|calories|fat|rubber|bridges|money|cash|a_hole|a_cd|a_dvd|my_toast|my_dinner
    sick|slow burn
    burning question|questions|issue|desire
    burnt toast|coffee|chips|pizza|taste
    choked|choking|choke up|in_the
    injury time|prone
    insult to injury
    shocked|shocking at|by|price|prices
    phone is|keeps blowing_up
    blowing|blew up my phone
    mind|mind's|head (is|was) blown|exploding|exploded
    tennis|basketball|food|squash|badminton|supreme court
    in your|their|our court
    court of public opinion
    i'm|i_am a|your lawyer
    thanks|hi|hello|dear|aunt|auntie|hey sue
    """,
    people=_PEOPLE,
)

_SEVERITIES: dict[Severity, Rule] = {
    Severity.DANGER: phrases(
        """
        on|in|into fire|flames
        caught|catch|catches|catching|started|starts|set .. fire|alight
        went up in smoke|flames
        a fire in|at|from|behind|inside|under|started|broke
        house|kitchen|electrical fire
        fire hazard|brigade|department
        smoke (is|was|started|kept) coming|came|comes|pour*|billow*|from|everywhere|filled
        full_of|lots_of|black|thick smoke
        is|was|it|started|starts|began|kept|still smoked|smoking|sparking
        there is|was|were|are (some|thick|black|white|so_much|a_lot_of|lots_of) smoke|sparks|flames
        there's|see|saw (some|thick|black|white) smoke|sparks|flames
        smoke|sparks|flames out of|in_my|in_the|inside
        smoked and
        scorch|scorched|scorches|singed|charred my|his|her|our|your|the|a
        scorch mark|marks
        (too|very|really|extremely|dangerously|burning|scorching) hot to touch|hold
        overheat|overheats|overheated|overheating and
        battery is|has|was|are|looks|started .. swollen|swelling|swelled|bulging|bulged|leaking|melting
        melted my|the|his|her|our|through|onto .. carpet|table|desk|floor|plug|socket|case|bag|sofa|bed|worktop|counter
        plug|socket|charger|cable|wire|adapter is|has|was|started (all) melted|melting
        sparks flew|flying|came|coming|from
        burn|burns|burned|burnt|burning my|his|her|our|your|the (left|right|little) <body>|house|kitchen|carpet
        burned|burnt me|him|her|us|myself
        got|was|were|been|badly burned|burnt
        burn marks|mark
        is|are|was burning
        burning smell|plastic|wire|wires
        smell*|stinks (of|like) burning|burnt|gas
        exploded|explodes|exploding|explosion|scalded|scalding|electrocut*
        blew up in
        electric|electrical shock|shocks
        gave|gives|got|getting (me|him|her|us) a|an (nasty|small|big|bad) shock
        gas leak|leaks
        leaking gas
        carbon monoxide
        injured|injury|injuries|injures|choked|choking|choke|suffocat*|poisoned|poisoning|anaphyla*|unconscious|concussion
        allergic reaction
        bleeding|bled
        cut|hurt|broke|sliced|trapped|crushed my|his|her|our|their (left|right|little) <body>
        (my) <body>|toddler|grandson|granddaughter swallowed
        in|to|into|at (the) hospital|a&e|emergency_room
        called|call an ambulance
        brakes|brake failed|fail|don't_work|stopped_working|gave_out
        glass|metal|needle|blade|nail in my|the|his|her|our .. <food>
        almost|nearly killed|died
        nearly|almost lost my|a|his|her <body>
        life threatening
        life-threatening
        could|will die|get_hurt|get_killed
        stromschlag|brennt|verbrannt|verletzt|erstick*|explodiert|gasgeruch
        feuer gefangen
        pris|prend feu
        en feu
        brûlé|brûlée|brûlure|brûlures|blessé|blessée|électrocut*|étouff*|explosé
        fuite|fuga de gaz|gas
        se incendi*
        prendió fuego
        en llamas
        quemó|quemado|quemada|quemaduras|herido|herida|asfixi*|explotó
        descarga eléctrica
        """,
        body=_BODY,
        food=_FOOD,
    ),
    Severity.LEGAL: phrases(
        """
        my|a|our|the|with|from lawyer|lawyers|solicitor|solicitors|attorney|attorneys
        lawyer|lawyers|solicitor|attorney will|is|are|has|have|says
        lawyering|lawyer up
        will|to|gonna|could|should|can|i'll|we'll|might|may sue
        sue you|them|this|the|your
        suing|sued|lawsuit|ombudsman
        class action
        legal action|proceedings|letter|advice|team
        to|into|in|county|consumer court
        small claims
        trading standards
        financial regulator
        consumer protection|rights_act|affairs
        better business bureau
        attorney general
        police report
        report|reporting|reported you|this|them to .. police|regulator|authorities|watchdog|ofcom|ofgem|fca|ftc|bbb
        mein|meinem|meinen|zum|einen anwalt
        vor gericht
        anwältin|verklag*|verbraucherschutz|verbraucherzentrale|strafanzeige
        mon|un avocat
        tribunal
        porter|déposer plainte
        mise en demeure
        mi|un abogado
        demandar|demandaré|demandarlos|denunciar|denunciaré|juzgado
        """
    ),
    Severity.LEAK: phrases(
        """
        data breach|leak
        breach of (my|our) data|privacy|gdpr
        gdpr|privacy breach|violation
        <whose> (personal|private|bank|card|contact|phone|home) <data> <is> (all|now) <out>|public|visible|stolen
        <out>|posted|sold|gave_away|gave_out <whose> (personal|private|bank|card|contact|phone|home) <data>
        <see> (me) <strangers> (customer's|person's) .. <data>|account|orders|history|bill|statement|invoice|profile
        logged|logs|log me|in (in) (to|into|as) <strangers> .. account|profile
        datenleck|datenpanne
        daten wurden|sind (alle) geleakt|veröffentlicht|gestohlen
        fuite de données
        données (ont_été|sont) volées|publiées
        fuga de datos
        filtrado|filtraron mis datos
        """,
        whose="my our his her their people's customers' customer everyone's personal",
        out="leaked exposed breached published shared",
        data="data details information info address number email e-mail name card password photos messages",
        **{"is": "is are was were has_been have_been got being"},
        see="see saw seeing sees show shows showing showed shown view access got_into sent received receiving getting",
        strangers="""someone_else's somebody_else's someone_else somebody_else another another_customer's
            another_person's other_people's other_people other_customers' a_stranger's strangers' someone's""",
    ),
    Severity.MONEY: phrases(
        """
        refund|refunds|refunded|reimburse*|overcharged|charged|billed|billing|invoice|fee|fees|compensation
        money|geld back|zurück
        my|the|wrong bill
        rip|ripped off
        rip-off|ripoff|scam|scammed
        took|stole|keeping my money
        direct debit
        charging me
        erstattung|abgebucht|rechnung|rembours*|facturé|prélev*|reembols*|cobrado|cobraron|factura
        """
    ),
    Severity.DELAY: phrases(
        """
        delay|delays|delayed|late|overdue|waited
        still|been|kept|keep|keeps|left waiting
        waiting for|since|over|more
        on hold
        still no|not|nothing|haven't|hasn't
        never arrived|came|showed|received|turned_up
        for|since|over|after #|a|two|three|four|five|six|several|many (whole|full) hour*|day*|week*|month*|year*
        no reply|response|answer
        taking so_long|ages|forever
        verspät*|retraso|esperando
        warte|warten seit|auf
        immer noch nicht|kein|keine|keinen
        en retard
        j'attends
        toujours pas|rien
        todavía no
        """
    ),
    Severity.ANNOYANCE: phrases(
        """
        disgust*|disgrace*|furious|angry|fuming|livid|raging|ridiculous|unacceptable|shambles|pathetic|appalling
        a|absolute|total joke
        atrocious|awful|terrible|horrible|horrendous|worst|useless|rubbish|garbage|trash|crap|shit|shite|bullshit|wtf
        fed up
        sick of
        annoyed|annoying|frustrated|frustrating|disappointed|disappointing|disappointment|hate|ashamed|incompetent
        never again
        shame on
        nightmare|sucks|suck|frechheit|unverschämt|schrecklich|katastrophe|honteux|inadmissible|scandaleux
        lamentable|vergüenza|pésimo|horroroso|c'est_nul|😡|🤬|😤|😠|👎|!!!
        """
    ),
}

# Problems -----------------------------------------------------------------

_PROBLEMS: dict[str, Rule] = {
    "failure": phrases(
        """
        broken|broke|breaks|breaking|dead|died|dies|unreliable|faulty|fault|faults|defect|defective|fail|fails|failed
        failing|failure|crash|crashes|crashed|crashing|freezes|freezing|froze|frozen|bug|bugs|buggy|glitch*|malfunction*
        stopped|stops|quit work*|charging|responding|functioning
        stops|stopping|quits (right|always|just|suddenly) in|after|when|every|halfway|mid|mid-*|again|dead
        <not> work*|turn|turning|start|starts|switch|charge|charging|boot
        won't|doesn't|can't|not open|load|play|opening|loading|playing|turning_on
        packed up|in
        conked out
        gave up
        bust|busted|knackered|cracked|snapped|overheat*
        fell|falls|falling apart
        keeps switching|turning|shutting|restarting|breaking|crashing|freezing
        on my|our <ordinal>
        is|are useless
        out of order
        kaputt|defekt|averiad*|estropead*|cassé|cassée
        funktioniert|geht nicht
        en panne
        marche|fonctionne pas|plus
        roto|rota
        no funciona
        """,
        ordinal="second third fourth fifth sixth seventh 2nd 3rd 4th 5th 6th 7th",
        **{"not": "not isn't aren't doesn't don't won't never no_longer didn't can't"},
    ),
    "connection": phrases(
        """
        no|kein|sin signal|internet|connection|service|reception|netz|señal
        internet|wifi|wi-fi|broadband|network|signal|connection|server|servers|site|website .. down|slow|gone|cut|drop*
        outage|disconnect*|buffer*|offline
        won't|can't|doesn't connect
        pas d'internet|de_réseau
        """
    ),
    "delivery": phrases(
        """
        deliver*|parcel|parcels|package|packages|courier|shipment|shipping|shipped|tracking
        my|the|our order
        never|not|hasn't|haven't arrive*|come|received|been_delivered
        lost in the post
        missing parcel|order|item|items
        paket|lieferung|sendung|colis|livraison|commande|paquete|envío|pedido
        """
    ),
    "luggage": phrases(
        """
        luggage|baggage|suitcase|suitcases|gepäck|koffer|bagage|bagages|valise|equipaje|maleta
        lost|missing|damaged|delayed|my bag|bags
        """
    ),
    "delay": phrases(
        """
        delay|delays|delayed|stranded|cancelled|canceled|cancellation*|verspät*|ausgefallen|annulé*|retraso|cancelado
        #|an|a|two|three|half_an minute*|mins|hour*|hrs|day*|week* late
        running late
        missed my|our|the connection|flight|train|bus
        en retard
        """
    ),
    "billing": phrases(
        """
        charged|overcharg*|bill|bills|billed|billing|invoice|refund*|payment|payments|fee|fees|subscription
        money back
        direct debit
        price rise|hike|increase
        rechnung|abgebucht|erstattung|facture|prélev*|rembours*|factura|cobrado|cobraron|reembols*
        """
    ),
    "service": phrases(
        """
        customer service|support|care
        rude|unhelpful|ignored|ignoring|staff|callback|kundendienst|kundenservice
        on hold
        hung up
        no|any|zero reply|response|answer|help
        nobody|no_one answers|helps|cares|replies|answering|picks_up
        call back|centre|center
        service client
        atención al cliente
        """
    ),
    "quality": phrases(
        """
        poor|bad|low|terrible|cheap quality
        quality is|has|was .. bad|poor|terrible|down|gone|awful|downhill
        flimsy|stale|mouldy|moldy|rotten|raw|undercooked|dirty|filthy|scratched|dented|soggy
        cheaply made
        food|pizza|burger|chips|coffee .. cold
        wrong size|colour|color|item
        schlechte|mauvaise|mala qualität|qualité|calidad
        """
    ),
    "login": phrases(
        """
        log|logged|logging in|on|out|into
        sign|signed|signing in|out|into
        login|password|passwords|passcode|2fa|einloggen|anmelden|passwort|contraseña
        locked out
        verification code
        account (is|was|has_been|got) locked|blocked|suspended|hacked|disabled
        mot de passe
        iniciar sesión
        """
    ),
}

# Asking, joining in, thanking ---------------------------------------------

_ASKS = phrases(
    """
    anyone|anybody|someone|somebody (here|out_there)?
    anyone?|anybody?|someone?|somebody?
    anyone|anybody else|know|knows|help|got|had|have|having|tried|tell|recommend
    can|could|will|would anyone|anybody|someone|somebody .. help|tell|explain|advise|suggest|recommend
    does|has|is|did|do anyone|anybody
    any (good|bright) idea|ideas|tip|tips|suggestion|suggestions|advice|clue|help
    what can|should|shall|do|could|must i|we do
    what now?
    how can|do i|we fix|solve|repair|stop this|it
    who can|could help
    wer kann|weiß
    hat|weiß|kann|kennt (hier|denn) jemand
    was kann|soll ich
    quelqu'un sait|peut|a|connaît|aurait
    que faire
    alguien sabe|puede|tiene
    qué puedo_hacer|hago
    """
)
_JOINS = phrases(
    """
    so is|are|does|do|did|has|was mine|ours
    so's mine|ours
    mine|ours .. too|also|either|aswell
    mine|ours .. as well
    mine|ours did|does|has|is that|this|the_same|exactly_the_same
    neither|nor does|do|is|did|has mine|ours
    happened|happens|happening to me|us|mine too|also
    same here|problem|issue|fault|story|boat
    same with|for mine|me|ours|us
    having|have|had|got|getting|seeing (exactly) the_same
    ditto
    not just|only you
    you're not alone|the_only
    bei mir|uns auch|genauso|ebenfalls
    ich|wir|meins|meine|meiner auch
    moi|nous|le_mien|la_mienne aussi
    pareil ici|pour_moi|chez_moi
    yo|a_mí|el_mío|la_mía también
    """
)
_TO = r"^(?:@[\w][\w.@-]* )*"
_JOINS_ALONE = expression(
    r"(?<![#\w])(?:me|us) too\b(?! (?:long|much|many|far|late))|(?<![\w+])\+ ?1\b(?! ?(?:for|to)\b| ?[\d(]|[%.,]\d)"
    rf"|{_TO}(?:me as well|(?:same|this|snap|genauso|pareil|igual)[.! ]*$)"
)
_SOLVED = phrases(
    """
    that|this|it|which|they|all (just|has|have|now|actually|really) worked|works|helped|helps
    that|this|it|which (just|has|actually|really) fixed|solved|sorted|did it
    that|this|it|which (just|has|actually|really) did the trick
    that's|it's|all|everything|is|are (all|now) sorted|fixed|solved|resolved
    it|that|all|everything|is|are|it's (all|now) working|fine|good now|again
    works|working|worked|fixed|sorted|solved|resolved (fine|great|well|all|again) now|again|perfectly
    back to_normal|up_and_running|working
    problem|issue (is|has_been|got|was|now|all) solved|sorted|fixed|resolved|gone
    hat (super|jetzt) funktioniert|geklappt|geholfen
    geht|funktioniert (jetzt) wieder
    ça (a) marche|fonctionne|marché|fonctionné
    résolu|réglé|funcionó|solucionado|resuelto
    ya funciona
    """
)
_SOLVED_ALONE = expression(
    rf"{_TO}(?:(?:yes|yep|ok|great|brilliant|perfect|all|now|and)[,! ]+)*(?:sorted|fixed|solved|resolved)\b"
)
_THANKS = phrases(
    """
    thanks|thankyou|thx|thnx|tysm|ty|cheers|lifesaver|danke|dankeschön|merci|gracias
    thank you|u
    much appreciated
    appreciate it|that|the|your
    you're|you_are a|an|my (absolute|real) star|legend|hero|angel|lifesaver
    """
)
_DENIES = phrases(
    """
    no|no, thanks|thank_you|thx|danke|merci|gracias
    <thanks> .. for nothing|no|never|another|<harm>
    <thanks> .. for the <bad>
    <thanks> but
    thanks, but
    thank you, but
    thanks|thank to you|your|them|their
    thanks|thank_you in advance
    <not> .. work*|help*|fix*|solv*|sort*|resolv*|do_the_trick|switch|turn|start|connect|load
    still .. broken|not|no|doesn't|won't|isn't|can't|waiting|nothing|down|dead|the_same
    no change|luck|joy|better
    back|broke|broken|stopped again
    same problem|issue|thing|error|fault
    if that|this|it worked|works|helps
    would|could|might|should|hope|hopefully|wish|until .. work*|help*|fixed|sorted|solved|resolved
    worked (fine|well|great|perfectly) before|until|till|last|yesterday
    noch|immer_noch nicht|kaputt
    """,
    thanks="thanks thank_you thx cheers merci danke gracias",
    harm="ruin* losing lost break* wast* making ignor* cancel* charg* delet* hang* leav* destroy* delay*",
    bad="delay delays wait mess chaos ruined cold broken worst bad terrible",
    **{"not": "didn't doesn't don't isn't not hasn't never won't can't cannot no_longer"},
)
_REQUESTS = phrases(
    """
    please|pls|plz|waiting|where's|bitte
    can|could you|someone|somebody|anyone
    i|we need
    need a|an|help|someone|you|this|to
    help me
    where is
    s'il vous plaît
    por favor
    """
)

_FAVOUR = phrases(
    """
    please|pls|plz|kindly (do|can_you) rt|retweet|repost|reblog|boost|share|vote|spread_the_word|sign
    rt|retweet|repost|boost please|pls|plz|if_you|if_u
    can|could|would|will you|u|anyone|everyone|somebody|someone (please|pls|kindly) rt|retweet|repost|reblog|boost|vote
    can|could|would|will you|u (please|pls|kindly) share this|our|my|the|it
    vote for us|me|my|our|him|her|them
    give|giving us|me a vote|retweet|repost|share|boost|shout_out|shout-out|shoutout|follow|mention
    any chance of a rt|retweet|repost|share|boost|shout_out|shout-out|shoutout|mention|follow
    any chance you (could|can) rt|retweet|repost|share|boost
    help us|me spread|reach|get to|over|the|this|more|our
    sign|share our|my|this|the petition|fundraiser|survey
    do|doing|ask me|us|you|for a (small|quick|big|huge) favour|favor
    bitte|gerne teilen|retweeten|weiterleiten|abstimmen
    stimmt|stimme (bitte) für ab|uns|mich
    """
)
_ADVICE = phrases(
    """
    anyone|anybody|someone|somebody (here) know|knows|got|tried|recommend .. a|any (really) good|decent|better|reliable
    anyone|anybody|someone|somebody (here) recommend|suggest
    can|could|would|do anyone|anybody|someone|somebody|you|u|people|folks|you_all|y'all (please) recommend|suggest
    any|got_any|looking_for|need|want|seeking|after recommendation|recommendations
    recommend|recommendations? me a|an|some
    which|what .. should|would|do|shall i|we|you buy|get|choose|pick|use|try|go_for|recommend|switch_to
    what's|what_is|whats|which_is (the) best|better
    who|which|what (else) makes|sells|has|does (the) best|good|decent|reliable
    looking|hunting|shopping for|around (for) a|an|some (good|new|decent|better|reliable|different)
    in|on the market for
    thinking of|about leaving|switching|changing|moving|ditching|dropping|quitting|swapping
    alternative|alternatives|replacement to|for
    what (do|does|are) you|everyone|people|others|folks (all) use|using (for|instead)
    worth buying|getting|switching
    should i|we switch|buy|get|move|change
    kennt|hat (hier) jemand .. gute|guten|gutes|tipp|empfehlung|empfehlungen
    wer kann .. empfehlen
    """
)

# Abuse --------------------------------------------------------------------

_ABUSE = phrases(
    """
    <you> (all|just|such|nothing_but|really) (a|an|the|a_bunch_of) (<utter>) <insult>
    <you> (all|just|such|nothing_but) (a|an|a_bunch_of|bunch_of) pieces|piece|bunch of shit|scum
    fuck|screw you|u|off|yourself|yourselves
    stfu|kys
    shut the fuck up
    go fuck|kill|hang yourself
    kill yourself|yourselves
    piss off
    <will> (fucking|personally|come_and) kill|hurt|stab|shoot|punch|slap|beat|strangle|hunt|smash you|him|her|them|your
    hope|wish you|he|she|they|you_all (all|both) die|dies|died|burn|rot|get_cancer|gets_cancer|get_raped|choke|suffer
    i know where you live|work
    watch your back
    you're|you_are dead
    du|sie|ihr (seid|bist|sind) (alle|ein|doch) idiot|idioten|arschloch|arschlöcher|wichser|hurensohn
    ich bring|bringe dich|euch|sie um
    va te faire foutre
    fils de pute
    connard|connards|enculé|enculés|gilipollas|cabrones|cabrón
    je vais te|vous tuer
    hijo|hijos de puta
    vete a la mierda
    te|os voy a matar
    """,
    you="""you you're you_are your u ur they're they_are he's he_is she's she_is agent_is agents_are agent_was staff_are
        staff_is driver_is driver_was""",
    utter="fucking bloody absolute total complete utter stupid useless lazy",
    will="i'll i_will i'm_going_to i'm_gonna i_am_going_to i_want_to we'll we_will someone_should someone_will",
    insult="""idiot idiots moron morons imbecile imbeciles retard retards scum bastard bastards wanker wankers arsehole
        arseholes asshole assholes dickhead dickheads prick pricks cunt cunts twat twats bitch bitches pig pigs vermin
        loser losers dumbass dumbasses stupid_cow stupid_girl stupid_people""",
)
_SLURS = frozenset(
    codecs.decode(
        "avttre avttref snttbg snttbgf cnxv cnxvf xvxr"
        " xvxrf fcvp fcvpf jrgonpx jrgonpxf xnssve xnssvef ghenxrl enturnq enturnqf tbbx tbbxf xnanxr xnanxra",
        "rot13",
    ).split()
)
"""Words against people for what they are; turned by thirteen letters, so that nobody need read them here."""

_SLURRED = expression(rf"\b(?:{'|'.join(sorted(_SLURS))})\b")

# Which rules can hold at all ------------------------------------------------

_ALL = (
    *_SEVERITIES.values(),
    *_PROBLEMS.values(),
    _ASKS,
    _JOINS,
    _JOINS_ALONE,
    _SOLVED,
    _SOLVED_ALONE,
    _THANKS,
    _DENIES,
    _HARMLESS,
    _ABUSE,
    _SLURRED,
    _FAVOUR,
    _ADVICE,
)
_SUSPECTS = Suspects(_ALL)


@lru_cache(maxsize=16)
def _looked_through(text: str) -> tuple[str, frozenset[Rule]]:
    """Return a text as the rules read it, and those worth trying: each detector asks, one look serves all."""
    plain = _plain(text)
    return plain, _SUSPECTS.of(plain)
