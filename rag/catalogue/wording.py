"""Words for papers and what is said of them, as questions use them."""

from rag.question import any_of

PAPERS = (
    r"(?:papers?|works?|articles?|publications?|studies|study|abstracts?|preprints?|research|literature|entries|entry"
    r"|manuscripts?|titles?|contributions)"
)
PUBLISHED = r"(?:published|written|released|presented|appear(?:ed|ing)?|accepted|dated|authored|co-?authored)"
_FILLER = r"(?:that|which|were|was|are|is|have|has|been|come|came|coming|out|all|only|and|there)"
# What stands right before a limit that is said of papers.
SAID_OF = any_of(
    rf"\b(?:{PAPERS}|{PUBLISHED}|anything|everything|something|co-?authors?|collaborators?)"
    rf"(?:\s+(?:{_FILLER}|{PUBLISHED}))*\s*[,(]?\s*$"
)
IS_PAPERS = any_of(PAPERS)
BEFORE_PAPERS = any_of(rf"^\s*{PAPERS}\b")
