"""One conversation: events, policy, rasa-sdk actions, replies."""
