"""What waits for the officers, and whose turn it is."""
