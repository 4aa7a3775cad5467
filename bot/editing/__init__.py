"""What editors do with the content, and the record of it."""
