"""Entries of a .bib against the library's records: wrong fields are told, other ways to write the same are not."""

import pytest

from rag.catalogue.venues import is_known, venues_named
from rag.linting.bibfile import read_bib
from rag.linting.lint import lint
from rag.linting.references import wrong_fields
from rag.references.venues import known_venue
from rag.verifying.verify import Verifier
from store.records import Paper

PAPER = Paper(
    "x",
    "TransRAC: Encoding Multi-scale Temporal Correlation with Transformers",
    "…",
    ("Huazhang Hu", "Sixun Dong", "Jörg van den Müller-Høst", "Zhengxin Li", "Dongze Lian"),
    2022,
    "cvpr",
)
RIGHT = {
    "title": "{TransRAC}: Encoding Multi-scale Temporal Correlation with Transformers",
    "author": r"Hu, Huazhang and Dong, Sixun and van den M{\"u}ller-H{\o}st, J. and Li Zhengxin and D. Lian",
    "booktitle": "Proceedings of the IEEE/CVF Conference on Computer Vision and Pattern Recognition",
    "year": "2022",
}


def faults(paper=PAPER, **changed):
    fields = ",\n ".join(f"{name} = {{{value}}}" for name, value in {**RIGHT, **changed}.items() if value)
    [entry], _ = read_bib(f"@inproceedings{{a,\n {fields}\n}}")
    return [(wrong.field, wrong.reason) for wrong in wrong_fields(entry, paper)]


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"title": "TransRAC -- encoding multi scale temporal correlation with transformers."},
        {"title": "{TransRAC}"},
        {"author": "Hu, H. and others"},
        {"author": "Hu Huazhang and Sixun Dong and Joerg Mueller-Hoest and others"},
        {"booktitle": "IEEE Conf. Comput. Vis. Pattern Recog."},
        {"booktitle": "CVPR"},
        {"booktitle": "", "journal": "arXiv preprint arXiv:2204.01018", "year": "2021"},
        {"booktitle": "ICML Workshop on Counting"},
        {"booktitle": "", "journal": "International Journal of Computer Vision", "year": "2023"},
        {"author": "", "year": "", "booktitle": ""},
    ],
)
def test_other_ways_to_write_a_reference_are_right(changed):
    assert faults(**changed) == []


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"title": "TransRAC: Decoding Multi-scale Temporal Correlation with Transformers"}, "title", "not “TransRAC"),
        ({"year": "2021"}, "year", "not 2022"),
        ({"booktitle": "International Conference on Computer Vision"}, "venue", "not in ICCV"),
        ({"author": "Dong, Sixun and Hu, Huazhang and others"}, "author", "author 1 is Huazhang Hu, not Dong, Sixun"),
        ({"author": "Hu, Huazhang and Lian, Dongze and others"}, "author", "Sixun Dong is missing"),
        ({"author": "Hu, Huazhang and Dong, Sixun"}, "author", "van den Müller-Høst is missing"),
        ({"author": "Hu, Huazhang and Dong, Wei and others"}, "author", "Dong, Wei is not among"),
    ],
)
def test_a_wrong_field_is_told(changed, field, says):
    [(where, reason)] = faults(**changed)
    assert where == field and says in reason


def test_a_preprint_may_have_become_a_paper_of_a_meeting():
    preprint = Paper("2204.01018", PAPER.title, "…", PAPER.authors, 2022, "", "2204.01018")
    assert faults(preprint, year="2024") == []
    assert [field for field, _ in faults(preprint, year="2019")] == ["year"]


def test_a_wrong_reference_stands_at_the_line_of_its_field(library):
    bib = (
        "@misc{a,\n title = {Data Quantity in Imitation Learning},\n author = {Suneel Belkhale and others},\n"
        " year = 2023,\n eprint = {2411.00508}\n}\n"
    )
    lines = lint("", "x.md", {"x.bib": bib}, library, Verifier())
    assert [(line.line, line.verdict, line.paper_id) for line in lines] == [
        (2, "wrong reference", "2411.00508"),
        (3, "wrong reference", "2411.00508"),
    ]
    right = bib.replace("Quantity", "Quality")
    [line] = lint("", "x.md", {"x.bib": right}, library, Verifier())
    assert (line.line, line.paper_id, line.fails) == (5, "2306.02437", True)
    unnamed = bib.replace(" eprint = {2411.00508}\n", "")
    [line] = lint("", "x.md", {"x.bib": unnamed}, library, Verifier())
    assert (line.line, line.paper_id) == (2, "2306.02437")
    sequel = unnamed.replace("Quantity in Imitation Learning", "Quality in Imitation Learning II")
    assert lint("", "x.md", {"x.bib": sequel}, library, Verifier()) == []


@pytest.mark.parametrize(
    ("name", "short", "kind"),
    [
        ("acl", "ACL", "meeting"),
        ("Advances in Neural Information Processing Systems 33", "NeurIPS", "meeting"),
        ("Computer Vision -- ECCV 2020", "ECCV", "meeting"),
        ("IEEE Robot. Autom. Lett.", "RA-L", "journal"),
        ("Proc. IEEE Int. Conf. Robot. Autom.", "ICRA", "meeting"),
        ("ICRA2021", "ICRA", "meeting"),
        ("Int. Conf. Comput. Vis.", "ICCV", "meeting"),
    ],
)
def test_a_venue_is_known_under_its_names(name, short, kind):
    assert (known_venue(name).name, known_venue(name).kind) == (short, kind)
    assert known_venue("Journal of Acl Surgery") is None


def test_one_table_tells_the_short_names_of_venues():
    assert known_venue("OSDI") and known_venue("USENIX Symposium on OSDI") is None
    assert all(map(is_known, ("OSDI", "RA-L", "nips"))) and not is_known("AutoML")
    assert set(venues_named("WebConf", ["TheWebConf 2023", "WSDM"])) == {"TheWebConf 2023"}
    assert not venues_named("CVPRW", ["CVPR"])
