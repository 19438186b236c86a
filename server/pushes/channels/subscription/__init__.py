"""小程序订阅消息: one message for each consent that the person has given."""
