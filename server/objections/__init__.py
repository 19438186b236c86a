"""异议: a member doubts something that counts, and somebody who had no hand in it looks into it (year.md §5)."""
