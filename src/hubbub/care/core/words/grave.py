"""What makes a post grave, and the harmless sense of the same words."""

from enum import StrEnum

from hubbub.care.core.phrases import Rule, phrases


class Severity(StrEnum):
    """What makes a post grave, from the gravest down."""

    DANGER = "danger"  # to people
    LEGAL = "legal"  # a threat with the law
    LEAK = "leak"  # of personal data
    MONEY = "money"
    DELAY = "delay"
    ANNOYANCE = "annoyance"


_PEOPLE = """you i he she we they it_was team crew staff boys girls lads guys squad band album song playlist deal deals
    sale sales price prices"""
_BODY = """hand hands finger fingers arm leg foot feet face eye eyes head lip lips tongue mouth skin hair thumb wrist
    back knee son daughter child children kid kids baby wife husband mum mom dad mother father dog cat"""
_FOOD = "food salad soup bread sandwich pizza burger drink meal yoghurt chicken cereal"

HARMLESS = phrases(
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

SEVERITIES: dict[Severity, Rule] = {
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
