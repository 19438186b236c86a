"""What waits with the officers, and whose turn each thing is."""
