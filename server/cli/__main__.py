"""`python -m server.cli`, as `xianfeng` where it is not installed."""

from server.cli import main

main()
