"""The staff of a site: who may sign in, as what, and who changed what."""
