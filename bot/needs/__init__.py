"""What people need: the questions that found no answer, gathered, and what is counted."""
