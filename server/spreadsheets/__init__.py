"""Spreadsheets: read as offices send them, at a bounded cost (docs/adr/0025), and written guarded against formulas."""
