"""The Telegram channel: messages come in by webhook or polling, and what is stored goes out in order."""
