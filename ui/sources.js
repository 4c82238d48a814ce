// The sources beside an answer: a citation opens its abstract at the quoted words, a mark opens its reason.
import { element } from "./net.js";
import { typesetText } from "./maths.js";
import * as peek from "./peek.js";

let chosen = null; // {card, spans, from}: the citation that was followed last

export const gently = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");
const narrow = () => matchMedia("(max-width: 900px)").matches;
const readSpans = (text) => (text || "").split(" ").filter(Boolean).map((s) => s.split("-").map(Number));
const column = () => document.querySelector(".beside:has(#cards)");

// Put the sources of one turn in place of what was there of it.
export function showSection(line, last) {
  const cards = document.getElementById("cards").querySelector(".sections");
  const holder = document.createElement("template");
  holder.innerHTML = line.cards; // made by the server, everything foreign in it escaped
  const section = holder.content.firstElementChild;
  const old = cards.querySelector(`.sources[data-turn="${line.place}"]`);
  const was = old && !old.hidden;
  if (old) old.replaceWith(section);
  else cards.append(section);
  section.hidden = true;
  draw(section);
  if (was || (last && !(chosen && document.getElementById(chosen.card)))) show(section);
  if (chosen && section.contains(document.getElementById(chosen.card))) showChosen();
}

// Forget the sources of the turns behind the first `kept`.
export function dropSections(kept) {
  unmark();
  chosen = null;
  for (const section of document.querySelectorAll("#cards .sources")) {
    if (Number(section.dataset.turn) > kept) section.remove();
  }
  const left = document.querySelectorAll("#cards .sources");
  if (left.length) show(left[left.length - 1]);
  close();
}

function draw(section) {
  for (const text of section.querySelectorAll("h3 > span:last-child")) typesetText(text);
  for (const text of section.querySelectorAll(".abstract > p")) drawAbstract(text, []);
}

export function followLink(card, spans, from) {
  unmark();
  peek.hide();
  chosen = { card, spans: readSpans(spans), from };
  for (const old of document.querySelectorAll("[aria-current='location']")) old.removeAttribute("aria-current");
  if (from && from.matches(".cite, .to-card")) from.setAttribute("aria-current", "location");
  const found = document.getElementById(card);
  if (!found) return;
  found.closest(".beside").classList.add("open");
  showChosen();
  found.focus({ preventScroll: true });
  const quote = found.querySelector("mark") || found;
  scrollColumn(quote);
  if (narrow() && from) keepInView(from);
}

function showChosen() {
  const card = chosen && document.getElementById(chosen.card);
  if (!card) return;
  show(card.closest(".sources"));
  for (let fold = card.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  card.querySelector("details.abstract").open = true;
  card.querySelector(".back").hidden = false;
  card.classList.add("chosen");
  drawAbstract(card.querySelector(".abstract > p"), chosen.spans);
}

function unmark() {
  const card = chosen && document.getElementById(chosen.card);
  if (!card) return;
  drawAbstract(card.querySelector(".abstract > p"), []);
  card.querySelector(".back").hidden = true;
  card.classList.remove("chosen");
}

// Offsets count characters as Python does, so the text is cut by code points, not UTF-16 units.
function drawAbstract(paragraph, spans) {
  paragraph.whole ??= paragraph.textContent;
  const letters = Array.from(paragraph.whole);
  const pieces = [];
  let at = 0;
  for (const [start, end] of [...spans].sort((a, b) => a[0] - b[0])) {
    if (start < at) continue;
    pieces.push(element("span", { text: letters.slice(at, start).join("") }));
    pieces.push(element("mark", { text: letters.slice(start, end).join("") }));
    at = end;
  }
  pieces.push(element("span", { text: letters.slice(at).join("") }));
  paragraph.replaceChildren(...pieces);
  for (const piece of pieces) typesetText(piece);
}

// Only the column of the sources moves, so that the sentence stays in view beside them.
function scrollColumn(quote) {
  const around = quote.closest(".beside");
  const by = quote.getBoundingClientRect().top - around.getBoundingClientRect().top - around.clientHeight / 3;
  around.scrollBy({ top: by, behavior: gently() });
}

// On a phone the sheet takes the lower half: the sentence goes into the upper one.
function keepInView(link) {
  const place = link.getBoundingClientRect();
  const room = innerHeight / 2;
  if (place.bottom > room - 16 || place.top < 60) scrollBy({ top: place.top - room / 2, behavior: gently() });
}

export function close() {
  for (const open of document.querySelectorAll(".beside.open")) open.classList.remove("open");
}

function back() {
  close();
  if (chosen && chosen.from && chosen.from.isConnected) chosen.from.focus();
  peek.hide(); // the focus alone opens it
}

function show(section) {
  for (const other of section.closest(".beside").querySelectorAll(".sources")) other.hidden = other !== section;
}

// The sources beside are those of the answer in sight, as long as the citation that was followed is not.
let looking = 0;
function follow() {
  looking = 0;
  const from = chosen?.from?.isConnected && chosen.from.getBoundingClientRect();
  if (narrow() || document.body.dataset.place !== "chat" || (from && from.bottom > 0 && from.top < innerHeight)) return;
  const turns = [...document.querySelectorAll("#conversation .exchange")];
  const seen = turns.find((turn) => turn.getBoundingClientRect().bottom > innerHeight / 4);
  const section = seen && document.querySelector(`#cards .sources[data-turn="${seen.id.replace("turn-", "")}"]`);
  if (section?.hidden) show(section);
}

function openSources(turn) {
  const section = document.querySelector(`.sources[data-turn="${turn}"]`);
  if (!section) return;
  show(section);
  section.closest(".beside").classList.add("open");
  section.closest(".beside").scrollTo({ top: 0 });
}

export function start() {
  peek.start();
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.cite, a.to-card");
    if (link) {
      event.preventDefault();
      followLink(link.getAttribute("href").slice(1), link.dataset.spans, link);
    }
    const doing = event.target.closest("button[data-do]");
    if (doing && doing.dataset.do === "sources") openSources(doing.dataset.turn);
    if (doing && (doing.dataset.do === "close" || doing.dataset.do === "back")) back();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !peek.hide() && chosen) back();
  });
  // A draft's sources are drawn by Gradio: what was chosen there is put back after each redraw.
  new MutationObserver(() => {
    const card = chosen && document.getElementById(chosen.card);
    if (card && card.closest("#draft-cards") && !card.classList.contains("chosen")) showChosen();
  }).observe(document.documentElement, { childList: true, subtree: true });
  column()?.setAttribute("aria-label", "Sources");
  addEventListener("scroll", () => (looking ||= requestAnimationFrame(follow)), { passive: true });
}
