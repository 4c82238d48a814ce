// The card at a citation or a mark: quote, title, year; of a mark also its reason. It shows on pointing and on focus.
import { element } from "./net.js";
import { typesetText } from "./maths.js";
import { followLink } from "./sources.js";

let at = null; // what it belongs to
let pinned = false; // opened by a press, so that it stays
let timer;
let box;
let pointed = false; // by the mouse, not by the keyboard
let moved = ""; // where the mouse was when it moved last
let over = null; // what it was over then; null once the page has moved below it

function fill(said) {
  const parts = [];
  if (said.head) {
    parts.push(element("p", { class: "peek-head" }, element("b", { class: `mark ${said.verdict}`, text: said.head }), ` ${said.meaning}`));
    if (said.reason) parts.push(element("p", { class: "peek-reason", dir: "auto", text: said.reason }));
  }
  for (const quote of said.quotes) {
    const words = quote.quote ? element("blockquote", { dir: "auto", text: quote.quote }) : "";
    const title = element("span", { class: "peek-title", dir: "auto", text: quote.title });
    const open = element("button", { type: "button", class: "peek-open" }, `[${quote.n}] `, title, quote.about ? ` · ${quote.about}` : "");
    const from = at;
    open.addEventListener("click", () => followLink(quote.card, quote.spans, from));
    parts.push(element("div", { class: "peek-quote" }, words, open));
    if (words) typesetText(words);
    typesetText(title);
  }
  if (!said.quotes.length && said.head) parts.push(element("p", { class: "peek-none", text: "No abstract is cited for it." }));
  box.replaceChildren(...parts);
}

function place() {
  const target = at.getBoundingClientRect();
  const width = Math.min(380, innerWidth - 24);
  box.style.width = `${width}px`;
  box.style.left = `${Math.max(12, Math.min(target.left - 12, innerWidth - width - 12))}px`;
  const above = target.top > innerHeight / 2;
  box.style.top = above ? "auto" : `${target.bottom + 6}px`;
  box.style.bottom = above ? `${innerHeight - target.top + 6}px` : "auto";
}

function show(target, pin) {
  clearTimeout(timer);
  if (at !== target) hide();
  at = target;
  pointed = false;
  pinned ||= pin;
  fill(JSON.parse(target.dataset.peek));
  box.hidden = false;
  if (target.matches(".verdict")) target.setAttribute("aria-expanded", "true");
  else target.setAttribute("aria-describedby", "peek");
  place();
}

// Whether there was anything to hide.
export function hide() {
  clearTimeout(timer);
  if (!at) return false;
  at.removeAttribute("aria-describedby");
  if (at.matches(".verdict")) at.setAttribute("aria-expanded", "false");
  at = null;
  pinned = false;
  box.hidden = true;
  return true;
}

const later = (run, wait) => {
  clearTimeout(timer);
  timer = setTimeout(run, wait);
};

export function start() {
  box = element("div", { id: "peek", role: "dialog", "aria-label": "What the sentence rests on", hidden: true });
  document.body.append(box);
  document.addEventListener("pointermove", (event) => {
    const here = `${event.screenX} ${event.screenY}`;
    if (event.pointerType !== "mouse" || here === moved) return; // the page moved, not the mouse
    moved = here;
    if (event.target === over) return;
    over = event.target;
    const target = over.closest("[data-peek]");
    if (target && target !== at && !pinned) later(() => target.matches(":hover") && (show(target, false), (pointed = true)), 120);
    else if (box.contains(over)) clearTimeout(timer);
    else if (!target && at && !pinned) later(hide, 250);
  });
  document.addEventListener("focusin", (event) => {
    const target = event.target.closest("[data-peek]");
    if (target && event.target.matches(":focus-visible")) show(target, false);
    else if (at && !box.contains(event.target)) hide();
  });
  document.addEventListener("click", (event) => {
    const target = event.target.closest(".verdict");
    if (target && pinned && at === target) hide();
    else if (target) show(target, true);
    else if (at && !box.contains(event.target)) hide();
  });
  addEventListener(
    "scroll",
    (event) => {
      if (box.contains(event.target)) return;
      over = null;
      if (!at) return;
      if (!at.isConnected || (pointed && !pinned)) hide();
      else place();
    },
    { passive: true, capture: true },
  );
}
