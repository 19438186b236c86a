"""How long a test waits for what should happen at once."""

LONG = 120
"""Seconds. Only a test that fails waits so long: on a machine where others work, slow is not wrong."""
