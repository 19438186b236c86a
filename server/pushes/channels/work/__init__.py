"""企业微信小程序通知消息: for who is a member of the corporation there."""
