import pytest

from rag.search.queries import read_query, topic_of


@pytest.mark.parametrize(("question", "text"), [
    ("Which of these papers study grasping in clutter?", "study grasping in clutter?"),
    ("In which of these works does a robot cook soup?", "does a robot cook soup?"),
    ("Write a related-work paragraph on tactile sensing for hands.", "tactile sensing for hands"),
    ("<b>How</b> many scenes <script>x()</script> has it?", "How many scenes has it?"),
    ("What is flow matching?", "What is flow matching"),
])
def test_the_words_that_only_ask_are_left_out(question, text):
    assert read_query(question).text.rstrip("?") == text.rstrip("?")


def test_a_question_that_only_asks_stays_whole():
    assert read_query("Which papers?").text == "Which papers?"


def test_the_pieces_of_a_subject_are_what_papers_may_be_about_alone():
    query = read_query("Which papers use tactile gloves, depth cameras or microphones for grasping?")
    assert query.pieces == ("use tactile gloves", "depth cameras", "microphones", "grasping")
    assert read_query("Which papers study grasping?").pieces == ()
    assert read_query("How fast is Alpha, and why?").pieces == ()


def test_clauses_lie_within_the_text():
    query = read_query("How do Alpha and Beta differ? Which one is faster, and why does it need less data?")
    assert query.kind == "compare"
    assert all(0 <= start < end <= len(query.text) for start, end in query.clauses)


def test_the_topic_of_a_request_is_what_follows_on():
    assert topic_of("Write a related-work section on flying robots.") == "flying robots"
    assert topic_of("flying robots") == "flying robots"
