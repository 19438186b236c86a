"""Roster import from .xlsx: dry run, errors by row and column, application in chunks."""
