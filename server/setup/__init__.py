"""The beginning of an empty installation: 党委, standard, roster, first officers, activation slips (docs/adr/0021)."""
