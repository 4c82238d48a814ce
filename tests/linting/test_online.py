"""Entries looked up in services, against a server on this machine."""

from services_server import serving

from rag.linting.online import look_up
from store.records import silent
from store.services.client import Client

BIB = """@misc{doi, title = {Grasping by Touch}, author = {Jane Doe and others}, doi = {10.1109/x.1}}
@misc{arxiv, title = {Grasping by Touch}, author = {Jane Doe and Abe Roe}, year = 2019, eprint = {2401.00001}}
@misc{tea, title = {On {Tea}}, year = 2020}
@misc{made-up, title = {On Coffee That Is Not There}}
@misc{gone, title = {Gone}, doi = {10.1109/gone}}
@misc{none, title = {Gone too}, eprint = {2401.99999}, archiveprefix = {arXiv}}
% citewell: ok (a book)
@misc{book, title = {A Book of Nobody}}
"""


def test_what_services_say_against_entries():
    with serving() as services:
        lines = look_up({"x.bib": BIB}, Client(services.addresses), silent)
    told = [(line.line, line.key, line.verdict, line.accepted) for line in lines]
    assert told == [
        (1, "doi", "retracted", ""),
        (2, "arxiv", "wrong reference", ""),
        (4, "made-up", "not found online", ""),
        (5, "gone", "not found online", ""),
        (6, "none", "not found online", ""),
        (8, "book", "not found online", "a book"),
    ]
    assert "the year is 2019, not 2024, says arXiv" in lines[1].message and lines[0].fails and not lines[2].fails
