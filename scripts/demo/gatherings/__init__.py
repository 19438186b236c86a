"""The demo's meetings: a plan of the year, who came, today's theme day, and what all of it means for the ledger."""
