"""How many turns of conversation a small machine takes, and what more content costs."""
