"""停止党籍 of members whom nobody could reach, by day."""
