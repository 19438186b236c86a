"""Putting right what an upheld objection found wrong: at its source, by that feature's own service (ADR 0048).

Each kind of source is one file here. It says what would be done, filled in from the finding, and does it. Nothing here
posts to the ledger by itself.
"""
