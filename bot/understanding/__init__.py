"""How a sentence becomes an intent with slots. Pure: no clock, no database, no web."""
