"""Texts out to translators and back: as tables (CSV, XLSX) and as XLIFF."""
