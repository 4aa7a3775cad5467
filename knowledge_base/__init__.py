"""Articles, translations, revisions, notices, contacts and sites: their rules, files and database."""
