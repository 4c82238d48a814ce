"""What a question asks for, read off its words."""

import pytest

from rag.question import focus, read_question, sources_for


@pytest.mark.parametrize(
    ("question", "kind", "sides"),
    [
        ("How fast is it?", "fact", 0),
        ("Which of these papers use touch?", "list", 0),
        ("How do A-1 and B-2 differ?", "compare", 0),
        ("Two methods draw. What is each good for?", "compare", 2),
        ("Write a related-work paragraph on touch.", "survey", 0),
        ("One overview sorts robots. How?", "fact", 0),
        ("Is there a method that works by itself?", "fact", 0),
    ],
)
def test_the_kind_of_a_question_is_read(question, kind, sides):
    asked = read_question(question)
    assert (asked.kind, asked.sides) == (kind, sides)
    assert sources_for(question, 8) == (16 if kind in ("list", "survey") else 8)


def test_focus_keeps_the_question_and_drops_markup_and_noise():
    assert focus("<script>alert('hi')</script>How many <b>parts</b> has it?") == "How many parts has it?"
    noise = "rpvq lrbnpa ggbwhl xvzsf. Which paper trains robots? jdbbug ocafgvh lwzazp hzxq."
    assert focus(noise) == "Which paper trains robots?"
    assert focus("¿Cuántos pacientes incluye el conjunto?") == "¿Cuántos pacientes incluye el conjunto?"


@pytest.mark.parametrize(
    ("question", "counted", "sought"),
    [
        ("How many GPUs were used, and for how long?", ("GPUs", "hours"), ()),
        ("Does it work?", (), ()),
        ("How many times is it smaller than Beta?", (), ()),
        ("How much faster is it?", (), ()),
        ("By what factor is it faster?", (), ()),
        ("What factors matter?", (), ("factors matter",)),
        ("How many times more samples has it?", (), ()),
        ("How many times was it annotated?", ("times",), ()),
        ("Under which licence is it? And who wrote it?", (), ("licence", "author")),
    ],
)
def test_what_is_asked_for_is_read(question, counted, sought):
    assert (read_question(question).counted, read_question(question).sought) == (counted, sought)
