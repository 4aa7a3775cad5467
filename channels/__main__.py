"""`python -m channels` is `kalauz`."""

from channels.cli import main

main()
