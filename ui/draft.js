// The draft's papers are chosen; its text is brought into view as it begins; a line of the plan that cannot be read is
// shown where it stands.
import { picker } from "./picker.js";
import { appearing, go, idsOf, where } from "./places.js";
import { gently } from "./sources.js";

const MOST = 100; // papers of a draft
const area = () => document.querySelector("#plan textarea");
let awaited = false;
let papers;
let shown = ""; // the papers that the address named when they were taken over

// What Gradio sends with the fields: the papers chosen.
const chosen = () => JSON.stringify(papers.ids());

// What is chosen stands in the address, so that reload and back find it again.
function choose(ids) {
  shown = ids.length ? JSON.stringify(ids) : "";
  go({ place: "draft", talk: where().talk, ids: shown }, { replace: true });
}

function lookAtText() {
  const text = document.querySelector("#draft-text .exchange");
  if (!awaited || !text?.querySelector(".answer")) return;
  awaited = false;
  text.scrollIntoView({ block: "start", behavior: gently() });
}

function showLine() {
  const failure = document.querySelector("#draft-text .failure");
  const line = Number(/\bplan:(\d+)/.exec(failure?.textContent || "")?.[1]);
  if (!line || failure.dataset.shown || !area()) return;
  failure.dataset.shown = "yes";
  const lines = area().value.split("\n");
  const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  area().focus();
  area().setSelectionRange(start, start + (lines[line - 1] || "").length);
  area().scrollTop = (area().scrollHeight / lines.length) * Math.max(0, line - 4);
}

export function start() {
  window.citewell.chosenForDraft = chosen;
  appearing("draft", (place, isNew) => {
    if (isNew) papers = picker(place, { label: "Only from these papers", hint: "Words of a title, an author, a tag; none: the library is searched", most: MOST, changed: choose });
    const { ids } = where();
    if (ids === shown) return;
    if (!ids) return choose(papers.ids()); // what was chosen stays
    shown = ids;
    papers.set(idsOf(ids, MOST));
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("#write")) awaited = true;
  });
  new MutationObserver(() => (lookAtText(), showLine())).observe(document.getElementById("places"), { childList: true, subtree: true });
}
