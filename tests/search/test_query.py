import pytest

from rag.search.query import read_query, topic_of, topic_query


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Which of these papers study grasping in clutter?", "study grasping in clutter?"),
        ("In which of these works does a robot cook soup?", "does a robot cook soup?"),
        ("Write a related-work paragraph on tactile sensing for hands.", "tactile sensing for hands"),
        ("<b>How</b> many scenes <script>x()</script> has it?", "How many scenes has it?"),
        ("What is flow matching?", "What is flow matching"),
    ],
)
def test_the_words_that_only_ask_are_left_out(question, text):
    assert read_query(question).text.rstrip("?") == text.rstrip("?")


def test_a_question_that_only_asks_stays_whole():
    assert read_query("Which papers?").text == "Which papers?"


def test_the_pieces_of_a_subject_are_what_papers_may_be_about_alone():
    pieces = read_query("Which papers use tactile gloves, depth cameras or microphones for grasping?").pieces
    assert [piece.text for piece in pieces] == ["use tactile gloves", "depth cameras", "microphones", "grasping"]
    assert [piece.purpose for piece in pieces] == [False, False, False, True]
    assert read_query("Which papers study grasping?").pieces == ()
    assert read_query("How fast is Alpha, and why?").pieces == ()


@pytest.mark.parametrize(
    ("topic", "pieces", "purposes"),
    [
        (
            "gloves and cameras for pushing and grasping in clutter",
            ["gloves", "cameras", "pushing", "grasping", "clutter"],
            ["pushing", "grasping"],
        ),
        ("new methods for pushing and grasping", ["new methods", "pushing", "grasping"], []),
        ("large-scale datasets for pushing", ["large-scale datasets", "pushing"], []),
        ("gloves for pushing, and cameras", ["gloves", "pushing", "cameras"], ["pushing"]),
        ("grasping with little or no labelled data", ["grasping", "little or no labelled data"], []),
    ],
)
def test_what_a_subject_is_for_is_told_from_what_it_is_about(topic, pieces, purposes):
    found = topic_query(topic).pieces
    assert [piece.text for piece in found] == pieces
    assert [piece.text for piece in found if piece.purpose] == purposes


def test_clauses_lie_within_the_text():
    query = read_query("How do Alpha and Beta differ? Which one is faster, and why does it need less data?")
    assert query.kind == "compare"
    assert all(0 <= start < end <= len(query.text) for start, end in query.clauses)


def test_the_topic_of_a_request_is_what_follows_on():
    assert topic_of("Write a related-work section on flying robots.") == "flying robots"
    assert topic_of("flying robots") == "flying robots"
