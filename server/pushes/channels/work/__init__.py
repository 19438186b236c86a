"""企业微信小程序通知消息: for people who are members of the corporation there."""
