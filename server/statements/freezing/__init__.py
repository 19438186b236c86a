"""Drawing up the month: many branches at once, by the database, from the ledger as of the cutoff.

The stored `scores` are the ledger's own (points/verification.py proves it), so the figures of members whose ledger has
not changed since the cutoff are copied. All others are computed by the pure `score` from the entries as of then. There
is no third way, and `verification.py` computes every line again by the second.
"""
