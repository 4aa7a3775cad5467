"""What is raised where the database is away; nothing is imported for it, as a server does not at its start."""


class OutageError(ConnectionError):
    """The database cannot be reached, or went away meanwhile; what was begun is not kept."""
