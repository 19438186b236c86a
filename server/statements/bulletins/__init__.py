"""季通报: an organization's quarterly report on the branches it supervises, as data, Word and PDF."""
