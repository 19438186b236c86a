"""Drawing up the month: many branches at once, by the database, from the ledger as of the cutoff.

The scores that stand in `scores` are the ledger's own (points/verification.py proves it), so whoever's ledger has not
moved since the cutoff has his figures copied. Everyone else's are computed by the pure `score` from his entries as of
then. There is no third way, and `verification.py` computes every line anew by the second.
"""
