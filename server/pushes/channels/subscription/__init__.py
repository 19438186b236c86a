"""小程序订阅消息: one message for each consent the person has given."""
