"""公众号模板消息: for people who follow the official account."""
