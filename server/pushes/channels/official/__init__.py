"""公众号模板消息: for who follows the official account."""
