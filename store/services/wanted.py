"""What the user names in the place of a file: ids, links and questions to services."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from store.errors import ReadError
from store.identity import arxiv_id, doi

_ARXIV_LINK = re.compile(r"(?i)(?:arxiv\.org|alphaxiv\.org|ar5iv\.[\w.]+|huggingface\.co)/(?:abs|pdf|html|papers)/(.+)")
_SHOWN = 200  # characters of what names nothing
_ACL_ID = re.compile(r"[A-Z]\d{2}-\d{4}|\d{4}\.[a-z0-9_]+-[a-z0-9]+\.\d+", re.IGNORECASE)
# What an id looks like at a service, and one such.
_IDS = {
    "doi": (re.compile(r"10\.\d[\d.]*/(?!.*(?:^|/)\.\.?(?:/|$))\S+"), "10.1109/CVPR.2016.90"),
    "openreview": (re.compile(r"[\w-]+"), "WE_vluYUL-X"),
    "acl": (_ACL_ID, "2023.acl-long.1"),
}
_ARCHIVES = "astro-ph|cmp-lg|cond-mat|cs|gr-qc|hep-[a-z]+|math|math-ph|nlin|nucl-[a-z]+|physics|q-bio|quant-ph|stat"
_BARE_ARXIV = re.compile(rf"(?:\d{{4}}\.\d{{4,5}}|(?:{_ARCHIVES})(?:\.[A-Z]{{2}})?/\d{{7}})(?:v\d+)?")
_NAMED = re.compile(r"(arxiv|doi|openreview|acl|zotero|hf):(.*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A paper by its id at a `service`, or the papers that `value` asks for there.

    Services are arxiv, "arxiv search", doi, openreview, acl, zotero (a collection, or all), and "address" for what
    is read as a file.
    """

    service: str
    value: str


def wanted(text: str) -> Wanted | None:
    """What `text` names, if it is no path; an arXiv id or a DOI by itself does where no file is called so.

    Raises ReadError for an address or an id that can be none.
    """
    text = text.strip()
    if re.match(r"https?://", text, re.IGNORECASE):
        return _linked(text)
    named = _NAMED.fullmatch(text)
    if not named:
        return _bare(text)
    service, value = named[1].lower(), named[2].strip()
    if service in ("arxiv", "hf"):
        found = arxiv_id(value)
        return Wanted("arxiv", found) if found else Wanted("arxiv search", value)
    value = doi(value) or value if service == "doi" else value
    form, such = _IDS.get(service, (re.compile(r".*", re.DOTALL), ""))
    if not form.fullmatch(value):
        raise ReadError(f"{text[:_SHOWN]}: names no paper; give an id such as {service}:{such}.")
    return Wanted(service, value)


def _bare(text: str) -> Wanted | None:
    service = "arxiv" if _BARE_ARXIV.fullmatch(text) else "doi" if text and doi(text) == text else ""
    return wanted(f"{service}:{text}") if service and not Path(text).exists() else None


def _linked(url: str) -> Wanted:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ReadError(f"{url[:_SHOWN]}: no address ({error}); check it.") from None
    host = (parts.hostname or "").removeprefix("www.")
    if (link := _ARXIV_LINK.search(url)) and (found := arxiv_id(link[1].partition("?")[0])):
        return Wanted("arxiv", found)
    if host == "openreview.net" and (ids := parse_qs(parts.query).get("id")):
        return Wanted("openreview", ids[0])
    if host == "aclanthology.org" and (acl := _ACL_ID.search(parts.path)):
        return Wanted("acl", acl[0])
    if parts.path and (found := doi(unquote(parts.path))) and not port:
        return Wanted("doi", re.sub(r"(?i)[/.](pdf|full|abstract|html|epub)$", "", found))
    return Wanted("address", url)
