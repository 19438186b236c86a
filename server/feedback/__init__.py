"""What anyone reports: 表扬, 反映问题, 公示有误; by QR without signing in, and in the app (docs/adr/0049)."""
