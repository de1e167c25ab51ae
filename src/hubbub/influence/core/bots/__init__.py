"""How likely an account is automated or spam: signs from profile and behaviour, a sum of points, reasons in words.

A weight, never a verdict: nothing is hidden, blocked or left unanswered because of it.
"""
