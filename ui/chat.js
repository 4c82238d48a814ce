// The conversation: a question is shown at once, its answer followed as it grows, whatever happens to the connection.
import { ask as put, element, fillIn, follow, get, lines, offer, post, read, toast, Unreachable, write } from "./net.js";
import { go, onMove, restoreScroll, where } from "./places.js";
import { dropSections, gently, showSection } from "./sources.js";
import * as scope from "./scope.js";
import { refresh } from "./talks.js";
import { typeset } from "./maths.js";

const log = () => document.querySelector("#conversation .log");
const box = () => document.querySelector("#question textarea");
const turns = () => [...log().querySelectorAll(".exchange")];
const busy = () => turns().filter((turn) => turn.getAttribute("aria-busy") === "true");
let shown = null; // the conversation on the page; "" is a new one
let asking = Promise.resolve(); // until the question before has been taken in

// ---- the box
const draftKey = () => `citewell-draft ${shown || ""}`;

const fill = (text) => fillIn(box(), text);

export function submit() {
  const question = box().value.trim();
  if (!question) return;
  fill("");
  ask(question);
}

// ---- asking
function ask(question, before = null) {
  const gone = before ? turns().slice(turns().indexOf(before)) : [];
  if (gone.length > 1) tellKept(before, gone.length - 1);
  for (const turn of gone) {
    if (turn.dataset.id && turn.getAttribute("aria-busy") === "true") halt(turn);
    turn.remove();
  }
  dropSections(turns().length);
  const pending = optimistic(question, turns().length + 1);
  log().append(pending);
  look(pending);
  tidy();
  const [talk, limits] = [shown, scope.current()];
  asking = asking.then(() => send(question, pending, talk, limits)).catch(() => {});
}

// What was asked behind a question that is asked anew stays with its earlier version.
function tellKept(turn, count) {
  const [talk, id] = [shown, turn.dataset.id];
  const version = /\d+/.exec(turn.querySelector(".branches > span")?.textContent || "1")[0];
  const [what, them] = count === 1 ? ["The question behind it is", "it"] : [`The ${count} questions behind it are`, "them"];
  toast(`${what} kept with version ${version}: ‹ › beside the question leads there.`, `Show ${them}`, () => shown === talk && open(talk, id));
}

function optimistic(question, place) {
  const waiting = element("p", { class: "waiting", role: "status", text: "Asking …" });
  return element(
    "article",
    { class: "exchange", id: `turn-${place}`, "aria-label": "Question and answer", "aria-busy": "true" },
    element("div", { class: "asked" }, element("div", { class: "question", dir: "auto", text: question })),
    element("div", { class: "reply" }, waiting),
  );
}

// Resolves once the server has taken the question in: the next one stands behind it.
function send(question, pending, asked, limits) {
  return new Promise((taken) => {
    const before = pending.previousElementSibling;
    const talk = asked || (before && before.dataset.talk) || "";
    const body = { question, talk, parent: before && before.dataset.id ? Number(before.dataset.id) : null, scope: limits };
    let turn = pending;
    put(body)
      .then((answer) =>
        lines(answer, (line) => {
          if (!line.html) return;
          const begun = !talk && turn === pending && shown === "" && pending.isConnected;
          turn = apply(line, turn);
          if (begun) begin(line.talk);
          taken();
        }),
      )
      .catch((error) => {
        if (turn.dataset.id && error instanceof Unreachable) attend(turn);
        else failed(turn, question, error);
      })
      .finally(() => (taken(), tidy(), refresh()));
  });
}

function begin(talk) {
  write(`citewell-draft ${talk}`, box().value);
  write("citewell-draft ", "");
  shown = talk;
  scope.begun(talk);
  go({ talk });
  refresh();
}

function failed(turn, question, error) {
  turn.setAttribute("aria-busy", "false");
  const again = element("button", { type: "button", class: "quiet", "data-do": "retry", text: "Ask again" });
  turn.querySelector(".reply").replaceChildren(element("p", { class: "failure", role: "alert" }, `${error.message} `, again));
  if (turn.isConnected && !box().value) fill(question); // so that a reload does not lose it
}

// ---- what comes
// The turn is drawn anew, unless another conversation is on the page by now.
function apply(line, old) {
  const there = old && old.isConnected ? old : document.querySelector(`.exchange[data-id="${line.turn}"]`);
  const holder = document.createElement("template");
  holder.innerHTML = line.html; // made by the server, everything foreign in it escaped
  const drawn = holder.content.firstElementChild;
  drawn.dataset.talk = line.talk;
  if (!there) return drawn;
  for (const [at, fold] of there.querySelectorAll("details").entries()) {
    const same = drawn.querySelectorAll("details")[at];
    if (same) same.open = fold.open;
  }
  there.replaceWith(drawn);
  if (line.cards) showSection(line, drawn === turns().at(-1) || drawn === busy()[0]);
  typeset(drawn);
  fold(drawn);
  tidy();
  return drawn;
}

// A paper by dozens has its first lines of names in sight.
const NAMES = 20;
function fold(turn) {
  for (const line of turn.querySelectorAll(".answer :is(p, li)")) {
    const names = line.textContent.split(", ").length;
    if (names < NAMES || line.querySelector(".verdict")) continue;
    const more = element("button", { type: "button", class: "quiet", text: `Show all ${names} names` });
    more.addEventListener("click", () => (line.classList.remove("folded"), more.remove()));
    line.classList.add("folded");
    line.after(more);
  }
}

// Follow an answer that somebody began before: after a reload, or when the connection was lost.
async function attend(turn) {
  const { talk, id } = turn.dataset;
  for (let wait = 500; document.contains(turn); wait = Math.min(wait * 2, 8000)) {
    try {
      await lines(await follow(`talks/${talk}/follow/${id}`), (line) => {
        if (line.html) turn = apply(line, turn);
      });
      return;
    } catch (error) {
      if (!(error instanceof Unreachable)) return failed(turn, "", error);
      const waiting = turn.querySelector(".waiting");
      if (waiting) waiting.textContent = "The connection was lost; trying again …";
      await new Promise((go) => setTimeout(go, wait));
    }
  }
}

async function open(talk, through) {
  shown = talk;
  scope.load(talk);
  fill(read(draftKey()));
  let found = { turns: [] };
  try {
    if (talk) found = await get(`talks/${encodeURIComponent(talk)}${through ? `?through=${through}` : ""}`);
  } catch (error) {
    if (!(error instanceof Unreachable)) go({}, { replace: true });
    toast(error.message);
  }
  if (shown !== talk) return; // another one was opened meanwhile
  if (found.scope) scope.load(talk, found.scope);
  log().replaceChildren();
  dropSections(0);
  for (const line of found.turns) {
    const holder = element("article", { class: "exchange" });
    log().append(holder);
    const drawn = apply(line, holder);
    if (!line.done) attend(drawn);
  }
  tidy();
  if (!restoreScroll() && turns().length) look(turns().at(-1), "instant");
}

function look(turn, how = gently()) {
  turn.scrollIntoView({ block: "start", behavior: how });
}

function tidy() {
  document.body.classList.toggle("asked", turns().length > 0);
  document.body.classList.toggle("busy", busy().length > 0);
}

const halt = (turn) => post(`talks/${turn.dataset.talk}/stop/${turn.dataset.id}`).catch((error) => toast(error.message));

// ---- a question changed
function edit(turn) {
  const old = turn.querySelector(".question");
  const area = element("textarea", { class: "rewording", "aria-label": "Change the question", dir: "auto" });
  area.value = old.textContent;
  const row = element(
    "span",
    { class: "actions" },
    element("button", { type: "button", class: "primary", "data-do": "reask", text: "Ask" }),
    element("button", { type: "button", class: "quiet", "data-do": "unedit", text: "Cancel" }),
  );
  const form = element("div", { class: "rewording-form" }, area, row);
  old.hidden = true;
  old.after(form);
  area.style.height = `${Math.min(area.scrollHeight + 4, 320)}px`;
  area.focus();
}

function unedit(turn) {
  const form = turn.querySelector(".rewording-form");
  if (!form) return;
  form.remove();
  turn.querySelector(".question").hidden = false;
}

function reask(turn) {
  const text = turn.querySelector(".rewording").value.trim();
  if (text) ask(text, turn);
}

async function copy(button) {
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset.text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Not allowed"; // plain http on another machine: the browser refuses the clipboard
  }
  setTimeout(() => (button.textContent = before), 1500);
}

const DO = {
  ask: (button) => ask(button.textContent),
  retry: (button, turn) => ask(turn.querySelector(".question").textContent, turn),
  askall: async (button, turn) => (await scope.lift()) && ask(turn.querySelector(".question").textContent),
  edit: (button, turn) => edit(turn),
  unedit: (button, turn) => unedit(turn),
  reask: (button, turn) => reask(turn),
  branch: (button) => open(shown, button.dataset.turn),
  copy: (button) => copy(button),
  download: (button) => offer(new Blob([button.dataset.text], { type: "text/plain" }), button.dataset.name),
};

export function start() {
  Object.assign(window.citewell, { submit, stop: () => busy()[0] && halt(busy()[0]) });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-do]");
    if (button && DO[button.dataset.do]) DO[button.dataset.do](button, button.closest(".exchange"));
  });
  box().addEventListener("input", () => write(draftKey(), box().value));
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable=true]");
    const asked = turns();
    if (event.key === "ArrowUp" && event.target === box() && !box().value && asked.length) {
      event.preventDefault();
      fill(asked.at(-1).querySelector(".question").textContent);
    } else if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      if (where().place !== "chat") go({ talk: shown || "" });
      box().focus();
    } else if (event.target.matches(".rewording") && event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      reask(event.target.closest(".exchange"));
    } else if (event.target.matches(".rewording") && event.key === "Escape") {
      unedit(event.target.closest(".exchange"));
    }
  });
  onMove(({ place, talk }) => {
    if (place === "chat" && talk !== shown) open(talk);
  });
}
