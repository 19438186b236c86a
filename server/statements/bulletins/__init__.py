"""季通报: what an organization reports each quarter on the branches it supervises, as data, Word and PDF."""
