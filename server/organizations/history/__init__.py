"""Category and stage of members, by day."""
