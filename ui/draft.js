// The draft: its papers are chosen, the cards of its plan changed, its text is brought into view as it begins, a line of
// the plan that cannot be read is shown where it stands; what was there is there again when the page is opened anew.
import { fillIn, get, person, post, read, toast, write } from "./net.js";
import { picker } from "./picker.js";
import { go, idsOf, onMove, where } from "./places.js";
import { gently } from "./sources.js";

const MOST = 100; // papers of a draft
const KEPT = "citewell-draft-edits"; // what is typed and not sent yet
const area = () => document.querySelector("#plan textarea");
const topic = () => document.querySelector("#topic textarea");
const press = (id) => document.getElementById(id).click();
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

// ---- what was there before
let brought = false; // nothing is kept before what was there is back

function keep() {
  if (brought && area()) write(KEPT, JSON.stringify({ topic: topic().value, plan: area().value }));
}

async function bring() {
  const { there, chosen: ids } = await get("draft").catch(() => ({ there: false }));
  if (!there) return back();
  if (!where().ids && ids.length) await papers.set(ids), choose(ids);
  press("bring-draft");
}

function back() {
  brought = true;
  try {
    const typed = JSON.parse(read(KEPT) || "{}");
    if (typed.topic && typed.topic !== topic().value) fillIn(topic(), typed.topic);
    if (typed.plan && typed.plan !== area().value) fillIn(area(), typed.plan);
  } catch {
    // then it is as it was sent last
  }
}

async function away() {
  const [typed, ids] = [read(KEPT), papers.ids()];
  const turn = async (path, text, chosen) => {
    await post(`draft/${path}`);
    brought = false;
    write(KEPT, text);
    await papers.set(chosen);
    choose(chosen);
    for (const one of [topic(), area()]) fillIn(one, "");
    press("bring-draft");
  };
  keep();
  try {
    await turn("away", "", []);
    toast("The draft was put away.", "Undo", () => turn("back", typed, ids).catch((error) => toast(error.message)));
  } catch (error) {
    toast(error.message);
  }
}

// ---- the cards of the plan
let edit = ["", ""]; // the paper, and the theme that it goes to

function change(doing, paper, theme = "") {
  edit = [paper, theme];
  press(`${doing}-paper`);
}

function asText(button) {
  const shown = document.querySelector(".drafting").classList.toggle("as-text");
  button.setAttribute("aria-pressed", String(shown));
  if (shown) area().focus();
}

function move(select) {
  const { paper } = select.closest("[data-paper]").dataset;
  const theme = select.value === "new" ? (prompt("Name of the new theme:") || "").trim() : select.value;
  select.value = "";
  if (theme) change("move", paper, theme);
}

function cards() {
  document.addEventListener("click", (event) => {
    const doing = event.target.closest("button[data-plan]");
    if (!doing) return;
    if (doing.dataset.plan === "text") asText(doing);
    else if (doing.dataset.plan === "away") away();
    else change(doing.dataset.plan, doing.closest("[data-paper]").dataset.paper);
  });
  document.addEventListener("change", (event) => event.target.matches('[data-plan="move"]') && move(event.target));
  let held = "";
  document.addEventListener("dragstart", (event) => (held = event.target.closest?.(".plan [data-paper]")?.dataset.paper || ""));
  document.addEventListener("dragover", (event) => held && event.target.closest?.(".plan-theme") && event.preventDefault());
  document.addEventListener("drop", (event) => {
    const theme = event.target.closest?.(".plan-theme")?.dataset.theme;
    if (held && theme) event.preventDefault(), change("move", held, theme);
    held = "";
  });
}

function showLine() {
  const failure = document.querySelector("#draft-text .failure");
  const line = Number(/\bplan:(\d+)/.exec(failure?.textContent || "")?.[1]);
  if (!line || failure.dataset.shown || !area()) return;
  failure.dataset.shown = "yes";
  document.querySelector(".drafting").classList.add("as-text");
  const lines = area().value.split("\n");
  const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  area().focus();
  area().setSelectionRange(start, start + (lines[line - 1] || "").length);
  area().scrollTop = (area().scrollHeight / lines.length) * Math.max(0, line - 4);
}

// Gradio makes the fields when the place is first gone to.
const FIELDS = ["#draft .draft", "#topic textarea", "#plan textarea", "#draft-text", "#bring-draft"];
let made;
function make() {
  made ??= new Promise((done) => {
    const look = () => {
      if (FIELDS.every((one) => document.querySelector(one))) return done();
      document.getElementById("open-draft")?.click(); // lost while Gradio is still beginning
      setTimeout(look, 50);
    };
    look();
  });
  return made;
}

async function appear() {
  await make();
  const isNew = !papers;
  papers ??= picker(document.querySelector("#draft .draft"), { label: "Only from these papers", hint: "Words of a title, an author, a tag; none: the library is searched", most: MOST, changed: choose });
  const { ids, place } = where();
  if (isNew) bring();
  if (place !== "draft" || ids === shown) return;
  if (!ids) return choose(papers.ids()); // what was chosen stays
  shown = ids;
  papers.set(idsOf(ids, MOST));
}

export function start() {
  Object.assign(window.citewell, { chosenForDraft: chosen, person, planEdit: () => edit, draftBrought: back });
  cards();
  onMove(({ place }) => place === "draft" && appear());
  document.addEventListener("click", (event) => {
    if (event.target.closest("#write")) awaited = true;
  });
  new MutationObserver(() => (lookAtText(), showLine())).observe(document.getElementById("places"), { childList: true, subtree: true });
  for (const doing of ["input", "focusout"]) document.getElementById("place-draft").addEventListener(doing, keep);
  addEventListener("pagehide", keep);
}
