"""A server that answers as the services and a running Zotero do, in the shapes that they document."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

ATOM = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>ArXiv Query</title>
<entry><id>http://arxiv.org/abs/2401.00001v2</id><published>2024-01-01T00:00:00Z</published>
<title>Grasping by
  Touch</title><summary>  Robots grasp known objects.
</summary><author><name>Jane Doe</name></author><author><name>Abe Roe</name></author>
<arxiv:doi xmlns:arxiv="http://arxiv.org/schemas/atom">10.1109/x.1</arxiv:doi></entry></feed>"""
EMPTY = '<feed xmlns="http://www.w3.org/2005/Atom"></feed>'
CROSSREF = {
    "message": {
        "DOI": "10.1109/x.1",
        "title": ["Grasping by Touch"],
        "author": [{"given": "Jane", "family": "Doe"}, {"given": "Abe", "family": "Roe"}, {"name": "The Lab of Hands"}],
        "container-title": ["2025 Conference on Hands (HANDS)"],
        "published": {"date-parts": [[2025, 5]]},
        "abstract": "<jats:title>Abstract</jats:title><jats:p>Robots grasp &amp; hold.</jats:p>",
        "updated-by": [{"type": "retraction", "DOI": "10.1109/x.2"}],
    }
}
OPENALEX = {
    "title": "On Tea",
    "doi": "https://doi.org/10.1234/tea",
    "publication_year": 2020,
    "abstract_inverted_index": {"We": [0, 3], "brew": [1], "tea.": [2], "drink.": [4]},
    "authorships": [{"author": {"display_name": "Tea Doe"}}],
    "primary_location": {"source": {"display_name": "Journal of Tea"}},
    "is_retracted": False,
}
OPENREVIEW = {"notes": [{"content": {"title": {"value": "Open Hands"}, "abstract": {"value": "We open."},
              "authors": {"value": ["Jane Doe"]}, "venue": {"value": "ICLR 2024 poster"}}}]}  # fmt: skip
ACL = """@inproceedings{doe-2023-words, title = "Words and {H}ands", author = "Doe, Jane  and Roe, Abe",
booktitle = "Proceedings of X", year = "2023", doi = "10.18653/v1/2023.x-long.1", abstract = "We talk."}"""
COLLECTIONS = [
    {"data": {"key": "AAAA1111", "name": "Thesis", "parentCollection": False}},
    {"data": {"key": "BBBB2222", "name": "Hands", "parentCollection": "AAAA1111"}},
]


def item(number: int, changed: str, **fields: object) -> dict:
    data = {
        "key": f"ITEM{number}",
        "itemType": "journalArticle",
        "title": f"Zotero Paper {number}",
        "creators": [{"creatorType": "author", "firstName": "Gabriel", "lastName": "Garcia Marquez"},
                     {"creatorType": "author", "name": "The Hand Group"}],
        "abstractNote": f"We study {number}.",
        "date": "March 2021",
        "dateModified": changed,
        "tags": [{"tag": "hands"}],
        "collections": ["BBBB2222"] if number == 1 else [],
        "extra": f"Citation Key: zotkey{number}\narXiv: 2101.0000{number}",
    }  # fmt: skip
    return {"key": data["key"], "version": number, "data": {**data, **fields}}


class Services:
    """What the server has, what it was asked, and how often it fails before it answers."""

    def __init__(self) -> None:
        self.items = [item(1, "2024-01-01T00:00:00Z"), item(2, "2024-01-02T00:00:00Z")]
        self.notes = [{"data": {"itemType": "note", "parentItem": "ITEM1", "note": "<p>Read <b>this</b></p>"}}]
        self.asked: list[str] = []
        self.names: set[str] = set()
        self.failures = 0
        self.file = '{"title": "From an address", "abstract": "We lie there.", "citekey": "there1"}\n'
        self.url = ""

    @property
    def addresses(self) -> dict[str, str]:
        """Of each service."""
        return {name: f"{self.url}/{name}" for name in ("arxiv", "crossref", "openalex", "openreview", "acl", "zotero")}

    def answer(self, path: str, query: dict[str, list[str]]) -> object:
        """What is at `path`; None where there is nothing."""
        if path.startswith("/arxiv"):
            found = "2401.00001" in query.get("id_list", [""])[0] or "touch" in query.get("search_query", [""])[0]
            return ATOM if found and query.get("start", ["0"]) == ["0"] else EMPTY
        if path.startswith("/zotero"):
            return self._zotero(path.removeprefix("/zotero"), query)
        known = {
            "/crossref/works/10.1109/x.1": CROSSREF,
            "/openalex/works/doi:10.1234/tea": OPENALEX,
            "/openalex/works": {"results": [OPENALEX]},
            "/openreview/notes": OPENREVIEW if query.get("id") == ["abc"] else {"notes": []},
            "/acl/2023.x-long.1.bib": ACL,
            "/pull/library.jsonl": self.file,
            "/pull/library": "@article{pulled20, title = {Pulled}, author = {Doe, Jane}, year = {2020}}",
        }
        return known.get(path)

    def _zotero(self, path: str, query: dict[str, list[str]]) -> object:
        if path == "/collections":
            return COLLECTIONS
        if query.get("itemType") == ["note"]:
            return self.notes
        items = sorted(self.items, key=lambda item: item["data"]["dateModified"], reverse=True)
        start, limit = int(query.get("start", ["0"])[0]), int(query["limit"][0])
        return items[start : start + limit]


@contextmanager
def serving() -> Iterator[Services]:
    """The server on a free port of this machine."""
    services = Services()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            services.asked.append(self.path)
            services.names.add(self.headers["User-Agent"])
            parts = urlsplit(self.path)
            found = services.answer(parts.path.replace("%2F", "/"), parse_qs(parts.query))
            status = 404 if found is None else 200
            if services.failures:
                services.failures, status = services.failures - 1, 503
            body = (found if isinstance(found, str) else json.dumps(found)).encode()
            self.send_response(status)
            self.send_header("Total-Results", str(len(services.items)))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    services.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield services
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
