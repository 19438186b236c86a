"""Roster import: dry run, errors by row and column, application in chunks."""
