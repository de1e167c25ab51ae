"""Insults, slurs and threats against people."""

import codecs

from hubbub.care.core.phrases import expression, phrases

ABUSE = phrases(
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

SLURRED = expression(rf"\b(?:{'|'.join(sorted(_SLURS))})\b")
