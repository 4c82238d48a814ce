// What a conversation is limited to: chips above the box, taken off one at a time, kept with the conversation.
import { element, get, post, read, toast, untoast, write } from "./net.js";
import { onChange } from "./library.js";
import { picker } from "./picker.js";
import { go } from "./places.js";

export const MOST = 2000; // papers chosen, as in scope.py
const LISTED = 60; // chosen papers that are named one by one
const NEW = "citewell-scope "; // of the conversation that is not begun yet
const nothing = () => ({ year: "", venues: [], authors: [], tags: [], ids: null });
let talk = "";
let scope = nothing(); // null until it is known what the conversation is limited to
let papers;
const part = (name) => document.querySelector(`#scope [data-part="${name}"]`);
const empty = (one) => !one.year && !one.venues.length && !one.authors.length && !one.tags.length && !one.ids;

// What goes with a question; null where the server knows better.
export const current = () => scope;

export function load(of, given) {
  talk = of;
  scope = given === undefined ? (of ? null : stored()) : { ...nothing(), ...given };
  draw();
  if (scope && !empty(scope)) count();
}

// The conversation has begun: its limits are kept with it now.
export function begun(of) {
  talk = of;
  write(NEW, "");
}

function stored() {
  try {
    return { ...nothing(), ...JSON.parse(read(NEW) || "{}") };
  } catch {
    return nothing();
  }
}

// A new chat with these papers alone.
export function askThese(ids) {
  const before = read(NEW);
  write(NEW, JSON.stringify({ ids: ids.slice(0, MOST) }));
  go({});
  load("");
  document.querySelector("#question textarea").focus();
  if (ids.length > MOST) toast(`${MOST.toLocaleString("en")} papers at most; the first are taken.`);
  else if (before) toast("The limits of the new chat were replaced.", "Undo", () => (write(NEW, before), talk || load("")));
}

// ---- changes
async function count() {
  const of = talk;
  try {
    const told = await post("scope", { ...scope, talk: of });
    if (of === talk) tell(told);
  } catch (error) {
    part("count").textContent = error.message;
  }
}

// The heading of a chat that is not begun says how many papers it asks.
function head(text) {
  const heading = document.querySelector(".welcome h1");
  heading.dataset.whole ||= heading.textContent;
  heading.textContent = text || heading.dataset.whole;
}

function tell({ count: fit, total, nothing: none }) {
  const said = part("count");
  said.textContent = empty(scope) ? "" : none[0] ? `${none[0]}.` : `${fit.toLocaleString("en")} of ${total.toLocaleString("en")} papers`;
  said.classList.toggle("bad", !fit);
  head(empty(scope) || none[0] ? "" : `Ask ${said.textContent}`);
}

// Resolves to whether it was taken; refused is a year that is none, say.
async function change(next) {
  const of = talk;
  try {
    const told = await post("scope", { ...next, talk: of });
    if (of !== talk) return false;
    scope = next;
    untoast(); // what it said of the limits is over
    if (!talk) write(NEW, empty(next) ? "" : JSON.stringify(next));
    draw();
    tell(told);
    return true;
  } catch (error) {
    toast(error.message);
    return false;
  }
}

async function drop(next, name, at) {
  const before = scope;
  const of = talk;
  if (!(await change(next))) return;
  const left = part("chips").querySelectorAll(".off");
  (left[Math.min(at, left.length - 1)] || part("open")).focus();
  toast(`No longer limited to ${name}.`, "Undo", () => of === talk && change(before));
}

// All papers may be read again; resolves to whether that is so.
export async function lift() {
  const [before, of] = [scope || nothing(), talk];
  if (!(await change(nothing()))) return false;
  if (!empty(before)) toast("No longer limited.", "Undo", () => of === talk && change(before));
  return true;
}

// ---- what is shown
function draw() {
  const shown = scope || nothing();
  const chips = [];
  const add = (name, next, run) => {
    const at = chips.length;
    const words = run ? element("button", { type: "button", class: "name", text: name }) : element("span", { text: name, dir: "auto", title: name });
    if (run) words.addEventListener("click", run);
    const off = element("button", { type: "button", class: "off", "aria-label": `No longer limit to ${name}`, text: "✕" });
    off.addEventListener("click", () => drop(next, name, at));
    chips.push(element("li", {}, words, off));
  };
  if (shown.year) add(shown.year, { ...shown, year: "" });
  for (const kind of ["venues", "authors", "tags"]) {
    for (const one of shown[kind]) add(one, { ...shown, [kind]: shown[kind].filter((other) => other !== one) });
  }
  if (shown.ids) add(`${shown.ids.length.toLocaleString("en")} chosen`, { ...shown, ids: null }, () => open(true));
  part("chips").replaceChildren(...chips);
  part("chips").hidden = !chips.length;
  part("open").textContent = chips.length ? "Limit further …" : "Limit to …";
  if (!chips.length) head((part("count").textContent = ""));
  if (!part("form").hidden) showChosen();
}

function showChosen() {
  const ids = scope?.ids || [];
  const many = ids.length > LISTED;
  part("papers").hidden = many;
  part("many").hidden = !many;
  part("many").textContent = many ? `${ids.length.toLocaleString("en")} papers are chosen; choose others under Papers or on the map.` : "";
  if (!many && JSON.stringify(papers.ids()) !== JSON.stringify(ids)) papers.set(ids);
}

async function open(shown) {
  part("form").hidden = !shown;
  part("open").setAttribute("aria-expanded", String(shown));
  if (!shown) return part("open").focus();
  showChosen();
  part("form").querySelector("input").focus();
  const facets = await get("papers/facets").catch(() => ({}));
  for (const [name, list] of Object.entries(facets)) {
    document.getElementById(`scope-${name}`)?.replaceChildren(...list.map((text) => element("option", { value: String(text) })));
  }
}

async function submit() {
  const fields = [...part("form").querySelectorAll("[name]")];
  const next = { ...(scope || nothing()) };
  for (const { name, value } of fields.filter((field) => field.value.trim())) {
    next[name] = name === "year" ? value.trim() : [...new Set([...next[name], value.trim()])];
  }
  if (fields.some((field) => field.value.trim()) && !(await change(next))) return false;
  for (const field of fields) field.value = "";
  return true;
}

export function start() {
  onChange(() => scope && !empty(scope) && count());
  papers = picker(part("papers"), { label: "Papers", hint: "Words of a title, an author, a tag", most: LISTED, changed: (ids) => change({ ...(scope || nothing()), ids: ids.length ? ids : null }) });
  part("open").addEventListener("click", () => open(part("form").hidden));
  part("form").addEventListener("submit", async (event) => (event.preventDefault(), (await submit()) && open(false)));
  part("form").addEventListener("keydown", (event) => {
    if (event.key === "Escape") open(false);
  });
}
