"""群机器人: what a branch has a robot post in its 企业微信 group. Never a score, never a person's name."""
