"""Papers on a subject: how many are counted, which are listed, and what is said of the count."""

from pathlib import Path

import pytest
from small_library import open_empty

from rag.answer import Assistant
from rag.catalogue.asking import subject_listed
from rag.catalogue.onsubject import on_subject
from rag.settings import Settings
from store.records import Paper

SPEECH = [
    ("Finding Abuse", "Hate speech detection is hard. We study hate speech detection in Arabic."),
    ("Hate Speech Detection with Context", "We read the thread. It helps."),
    ("Detection of Hate Speech", "We compare languages, English and Greek."),
    ("Sarcasm in Posts", "Hate speech detection is not our task; we find sarcasm, and hate is rare in it."),
    ("Depth for Cars", "We estimate depth. Hate is no matter here, and neither speech nor detection is one."),
    ("Crops from Above", "We map fields in satellite images with a segmentation network."),
    ("Field Borders", "Crop mapping needs borders. We draw them for crop mapping in satellite images."),
    ("Crop Mapping", "Crop mapping needs labels. We learn from satellite images."),
    ("Agents Play Go", "We play Go against MuZero."),
]


@pytest.fixture
def speech(tmp_path):
    with open_empty(tmp_path / "home") as opened:
        opened.add(Paper(f"p{n}", title, abstract) for n, (title, abstract) in enumerate(SPEECH))
        yield opened


@pytest.fixture(scope="module")
def assistant(library):
    return Assistant(library, Settings(home=Path("unused")))


@pytest.mark.parametrize(
    ("subject", "titles"),
    [
        ("hate speech detection", {"Finding Abuse", "Hate Speech Detection with Context", "Detection of Hate Speech"}),
        ("hate speech detection in Arabic", {"Finding Abuse"}),
        ("crop mapping in satellite images", {"Field Borders", "Crop Mapping"}),
        ("depth estimation or crop mapping", {"Field Borders", "Crop Mapping"}),
        ("playing MuZero", {"Agents Play Go"}),
        ("knitting of socks", set()),
    ],
)
def test_papers_on_a_subject_say_it_in_the_title_or_more_than_in_passing(speech, subject, titles):
    assert {paper.title for paper in on_subject(subject, speech).papers} == titles


def test_a_setting_that_most_name_goes_without_saying_and_is_counted_apart(library):
    found = on_subject("action recognition in videos", library)
    titles = " ".join(paper.title for paper in found.papers)
    assert found.said == "action recognition" and 0 < found.with_both < len(found.papers)
    assert 9 <= len(found.papers) <= 15 and "SpikMamba" in titles and "CHASE" in titles
    assert not {paper.paper_id for paper in found.near} & {paper.paper_id for paper in found.papers}


@pytest.mark.parametrize(
    ("counting", "listing"),
    [
        ("How many papers are about action recognition in videos?", "Which papers are about action recognition?"),
        ("how many works deal with procedure planning?", "papers on procedure planning"),
        ("How many papers study VLA models?", "Which papers are about VLA models?"),
        ("number of papers on skeleton-based action recognition", "which papers do skeleton-based action recognition?"),
    ],
)
def test_who_asks_how_many_and_who_asks_which_is_told_of_the_same_papers(assistant, counting, listing):
    counted, listed = assistant.ask(counting), assistant.ask(listing)
    number = int(counted.answer.split()[0])
    about = [source.paper_id for source in counted.sources][:number]
    cited = {source.paper_id for source in listed.sources if source.cited}
    assert counted.model == "records" and not listed.refused
    assert cited == set(about) if "in videos" not in counting else cited <= set(about)
    assert "in the title or more than in passing" in counted.answer.splitlines()[0]
    assert f"{len(cited)} papers say" in listed.answer


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("Which papers use diffusion?", "diffusion"),
        ("papers on hate speech or abuse", "hate speech or abuse"),
        ("Which papers study whether scale helps?", ""),
        ("Which papers do not use a map?", ""),
        ("Which papers present datasets for grasping?", ""),
        ("How fast is CLIP-RT?", ""),
    ],
)
def test_the_subject_of_a_list_is_read_as_that_of_a_count(question, subject):
    assert subject_listed(question) == subject
