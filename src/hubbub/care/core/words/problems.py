"""The classes of problem that a post names."""

from hubbub.care.core.phrases import Rule, phrases

PROBLEMS: dict[str, Rule] = {
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
