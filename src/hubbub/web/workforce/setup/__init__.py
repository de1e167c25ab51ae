"""Set-up of the planning: the queues one plans for, the rules of the place, and what came before."""
