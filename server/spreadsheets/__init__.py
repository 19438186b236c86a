"""Reading the spreadsheets that offices send, whatever program wrote them, at a bounded cost (docs/adr/0025)."""
