"""Papers from services and from a running Zotero; asked only when the user says so."""
