"""How a sentence becomes an intent with slots. Pure: no clock, no database, no web."""

import os

os.environ["PYPINYIN_NO_PHRASES"] = "true"
"""pypinyin's own switch: the readings of whole phrases, which nobody asks for, cost 40 MB and a fifth of a second."""
