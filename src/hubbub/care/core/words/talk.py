"""What people say to each other about a matter: asking, joining in, solved, thanks, a favour, advice."""

from hubbub.care.core.phrases import expression, phrases

ASKS = phrases(
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

JOINS = phrases(
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
JOINS_ALONE = expression(
    r"(?<![#\w])(?:me|us) too\b(?! (?:long|much|many|far|late))|(?<![\w+])\+ ?1\b(?! ?(?:for|to)\b| ?[\d(]|[%.,]\d)"
    rf"|{_TO}(?:me as well|(?:same|this|snap|genauso|pareil|igual)[.! ]*$)"
)

SOLVED = phrases(
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
SOLVED_ALONE = expression(
    rf"{_TO}(?:(?:yes|yep|ok|great|brilliant|perfect|all|now|and)[,! ]+)*(?:sorted|fixed|solved|resolved)\b"
)
THANKS = phrases(
    """
    thanks|thankyou|thx|thnx|tysm|ty|cheers|lifesaver|danke|dankeschön|merci|gracias
    thank you|u
    much appreciated
    appreciate it|that|the|your
    you're|you_are a|an|my (absolute|real) star|legend|hero|angel|lifesaver
    """
)
DENIES = phrases(
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
REQUESTS = phrases(
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

FAVOUR = phrases(
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

ADVICE = phrases(
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
