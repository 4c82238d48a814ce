"""A record of JSON as the services write it: what they wrap in it, what they call its fields, what is no paper."""

import re
from collections.abc import Mapping
from typing import Any

from store.readers.values import plain

_WITHIN = ("paper", "content", "data", "info", "attributes", "_source", "record")
_KEY = re.compile(r"[A-Za-z][\w:.+-]{0,80}")  # of a citation; an address or a number is none
_REPLY = re.compile(r"/-/.*(?:Review|Comment|Decision|Rebuttal|Recommendation)(?:_\w+)?$")  # of an invitation
_NO_PAPERS = frozenset({"attachment", "note", "annotation"})  # of Zotero's items


def unwrapped(record: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a record, those that a service keeps in an object within it among them."""
    fields = dict(record)
    for name in _WITHIN:
        if isinstance(within := fields.get(name), dict):
            fields = fields | {key: value for key, value in within.items() if value}
    if isinstance(record.get("content"), dict) and _is_reply(record):
        raise ValueError("a review, a comment or a decision of OpenReview, which is no paper")
    if plain(fields.get("itemType")) in _NO_PAPERS:
        raise ValueError(f"of Zotero's type {fields['itemType']}, which is no paper")
    fields |= _csl(fields)
    values = {
        key: value["value"] if isinstance(value, dict) and "value" in value else value for key, value in fields.items()
    }
    return (
        values if "title" in values else values | {"title": values.get("primary_title") or values.get("display_name")}
    )


def _is_reply(note: Mapping[str, Any]) -> bool:
    """Whether a note of OpenReview belongs to the discussion of another one."""
    forum, within = plain(note.get("forum")), note.get("invitations") or [note.get("invitation")]
    apart = bool(forum) and plain(note.get("id")) not in ("", forum)
    return apart or bool(note.get("replyto")) or any(_REPLY.search(plain(name)) for name in within)


def _csl(item: Mapping[str, Any]) -> dict[str, Any]:
    """What an item of CSL-JSON has under other names: its key, a journal's volume, a thesis's school."""
    kind, key = plain(item.get("type")), plain(item.get("id"))
    if not kind or not ("issued" in item or "container-title" in item or "publisher" in item):
        return {}
    named: dict[str, Any] = {"citekey": key} if _KEY.fullmatch(key) else {}
    if kind in ("article-journal", "article-magazine"):
        named |= {"journalvolume": item.get("volume"), "journalnumber": item.get("issue")}
    if kind == "thesis" and item.get("publisher"):
        named["venue"] = f"{item.get('genre') or 'PhD thesis'}, {item['publisher']}"
    return named
