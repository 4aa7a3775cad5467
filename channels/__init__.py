"""Where people meet Kalauz: the HTTP API, the widget, the command line; and the assembly of the program."""
