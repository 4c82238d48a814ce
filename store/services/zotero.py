"""A running Zotero read through its local API, which is the web API's with the user 0."""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import chain, takewhile
from typing import Any

from store.identity import arxiv_id
from store.readers.fields import paper_or_skipped, text_of
from store.records import Paper, Skipped
from store.services.client import Client, ServiceError

_PAGE = 100
_NO_PAPERS = {"attachment", "note", "annotation"}
_VENUES = ("publicationTitle", "proceedingsTitle", "conferenceName", "bookTitle", "university", "institution")
_IN_EXTRA = re.compile(r"^(citation key|arxiv|doi)\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_TAG = re.compile(r"<[^>]+>")  # of notes, which are HTML
_NOTES = 50_000  # characters


class Zotero:
    """The papers of one collection (by its name, path or key) with those below it, or of the whole library."""

    def __init__(self, client: Client, collection: str = ""):
        self._client, self._collection = client, collection
        self.newest = ""  # when what was read last was changed

    @property
    def name(self) -> str:
        """What tells it from others that are read."""
        return f"zotero {self._client.address('zotero')} {self._collection}".strip()

    def papers(self, since: str = "") -> Iterator[Paper | Skipped]:
        """The papers changed after `since`, an earlier `newest`; all of them without it. Raises ServiceError."""
        self.newest = since
        items = self._items("/items/top", sort="dateModified", direction="desc")
        newer = takewhile(lambda data: not since or str(data.get("dateModified", "")) > since, items)
        first = next(newer, None)
        if first is None and since:  # nothing new: no need to know where it would lie
            return
        paths, notes = self._collections(), self._notes()
        wanted = {key for key, path in paths.items() if self._within(key, path)}
        if self._collection and not wanted:
            known = ", ".join(sorted(paths.values())[:9]) or "none"
            raise ServiceError(f"Zotero has no collection {self._collection!r}; there are {known}.")
        for data in chain([first] if first else [], newer):
            self.newest = max(self.newest, str(data.get("dateModified", "")))
            inside = [key for key in data.get("collections") or () if key in paths]
            if data.get("itemType") in _NO_PAPERS or (self._collection and not wanted.intersection(inside)):
                continue
            yield _paper(data, [paths[key] for key in inside], notes.get(str(data.get("key")), ""))

    def changed(self) -> str:
        """What is another one once something in Zotero has changed."""
        text, headers = self._client.text(
            "zotero", "/items", limit=1, sort="dateModified", direction="desc", format="json"
        )
        marks = (headers.get("total-results", ""), headers.get("last-modified-version", ""))
        return " ".join([*marks, *re.findall(r'"dateModified":\s*"([^"]*)"', text)])

    def _within(self, key: str, path: str) -> bool:
        wanted = self._collection.lower()
        names = path.lower().split("/")
        return key.lower() == wanted or wanted in names or f"{path.lower()}/".startswith(f"{wanted}/")

    def _collections(self) -> dict[str, str]:
        """key → the names of a collection and of those that it lies in, joined by slashes."""
        found = {str(data.get("key")): data for data in self._items("/collections")}

        def path(key: str, depth: int = 0) -> str:
            data = found[key]
            above = data.get("parentCollection") or ""
            name = str(data.get("name", key))
            return f"{path(above, depth + 1)}/{name}" if above in found and depth < 20 else name

        return {key: path(key) for key in found}

    def _notes(self) -> dict[str, str]:
        """key of an item → the text of its notes."""
        notes: dict[str, str] = {}
        for data in self._items("/items", itemType="note"):
            text = " ".join(html.unescape(_TAG.sub(" ", str(data.get("note", "")))).split())
            key = str(data.get("parentItem", ""))
            notes[key] = f"{notes[key]}\n{text}" if key in notes else text
        return notes

    def _items(self, path: str, **query: Any) -> Iterator[Mapping[str, Any]]:
        start = 0
        while True:
            try:
                page = self._client.json("zotero", path, format="json", limit=_PAGE, start=start, **query)
            except ServiceError as error:
                raise ServiceError(
                    f"Zotero cannot be read: {str(error).partition(';')[0]}; start Zotero, and allow other "
                    "applications to talk to it (Settings, Advanced)."
                ) from None
            if not isinstance(page, list):
                raise ServiceError(f"{self._client.address('zotero')} is no Zotero; check CITEWELL_SERVICES.")
            yield from (item["data"] for item in page if isinstance(item, Mapping) and "data" in item)
            if len(page) < _PAGE:
                return
            start += len(page)


def _paper(data: Mapping[str, Any], collections: list[str], notes: str) -> Paper | Skipped:
    extra = {name.lower(): value for name, value in _IN_EXTRA.findall(str(data.get("extra") or ""))}
    tags = [tag.get("tag") for tag in data.get("tags") or () if isinstance(tag, Mapping)]
    creators = [creator for creator in data.get("creators") or () if isinstance(creator, Mapping)]
    authors = [one for one in creators if one.get("creatorType", "author") == "author"] or creators

    def named() -> dict[str, Any]:
        links = [text_of(data, name) for name in ("archiveID", "number", "url")]
        return {
            "title": data.get("title"),
            "abstract": data.get("abstractNote"),
            "authors": [{"literal": c["name"]} if c.get("name") else {**c, "creatorType": ""} for c in authors],
            "year": data.get("date"),
            "venue": text_of(data, *_VENUES),
            "arxiv": next(filter(None, map(arxiv_id, (extra.get("arxiv", ""), *links))), ""),
            "doi": data.get("DOI") or extra.get("doi"),
            "url": data.get("url"),
            "tags": [*tags, *collections],
            "citekey": data.get("citationKey") or extra.get("citation key"),
        }

    paper = paper_or_skipped(named, "Zotero", f"Zotero, {data.get('key', '')}")
    return replace(paper, notes=notes[:_NOTES]) if isinstance(paper, Paper) else paper
