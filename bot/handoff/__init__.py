"""The desk: a person takes a conversation over, and nobody is lost."""
