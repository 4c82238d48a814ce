// The place of the map: papers as points by meaning, an answer's papers lit, an area chosen to ask, compare or draft.
import { element, get, post, toast } from "./net.js";
import { typesetText } from "./maths.js";
import { canvasOf } from "./map_canvas.js";
import { appearing, go, where } from "./places.js";
import { askThese, MOST } from "./scope.js";

const STILL = 4; // pixels that a press may move and be one
let place;
let map; // what is drawn
let shown = { marks: [], regions: [], lit: [], found: [], chosen: new Set(), focused: null, lasso: null };
let whole = false; // whether every paper is there one by one
let lassoing = false;
let [asked, timer, looking] = [0, 0, 0];
let making = false; // whether the map was, when it was looked at last
const part = (name) => place.querySelector(`[data-part="${name}"]`);
const pointOf = ([id, title, about, x, y]) => ({ id, title, about, x, y, count: 1 });
const open = (id) => go({ place: "papers", talk: where().talk, paper: id });

// ---- what is there
async function load() {
  const turn = ++asked;
  const [left, top, right, bottom] = map.window().map((one) => one.toFixed(5));
  let found;
  try {
    found = await get(`map?left=${left}&top=${top}&right=${right}&bottom=${bottom}`);
  } catch (error) {
    return say(error.message, true);
  }
  if (turn !== asked) return;
  const points = found.points.map(pointOf);
  whole = found.total > 0 && points.length === found.total;
  for (const point of points) point.many = points.length > 300;
  const heaps = found.heaps.map(([x, y, count]) => ({ id: `${x} ${y}`, x, y, count, heap: true, many: true, title: `${count.toLocaleString("en")} ${count === 1 ? "paper" : "papers"}`, about: "Nearer to see them" }));
  shown.marks = [...points, ...heaps];
  shown.regions = found.regions || [];
  const apart = (one, region) => (one.x - region.x) ** 2 + (one.y - region.y) ** 2;
  for (const point of points) point.theme = shown.regions.reduce((best, region, n) => (apart(point, region) < apart(point, shown.regions[best]) ? n : best), 0);
  tell(found);
  themes();
  map.draw();
  clearTimeout(timer);
  if (making && !found.making) light(), find(); // they had no place before, or another
  making = found.making;
  if (making) timer = setTimeout(load, 700);
}

function tell({ total, late, making, done, failed, absent }) {
  const papers = `${(total || 0).toLocaleString("en")} ${total === 1 ? "paper" : "papers"}`;
  const doing = !making ? "" : done || (total ? "naming the themes …" : "laying them out …");
  const later = late > total / 2 ? "most came after the map was laid out" : "";
  const left = !absent ? "" : absent === 1 ? "1 paper without an abstract is not on it" : `${absent.toLocaleString("en")} papers without an abstract are not on it`;
  say(failed || [papers, doing, later, left].filter(Boolean).join(" · "), Boolean(failed));
}

function say(text, failed) {
  part("said").textContent = text;
  part("said").className = failed ? "failure" : "";
}

function moved() {
  map.draw();
  part("tip").hidden = true;
  if (whole) return;
  clearTimeout(timer);
  timer = setTimeout(load, 150);
}

function goTo(x, y, zoom) {
  map.view.zoom = zoom;
  map.show(x, y);
  moved();
}

function themes() {
  part("themes-list").hidden = !shown.regions.length;
  part("themes").replaceChildren(
    ...shown.regions.map((region) => {
      const button = element("button", { type: "button", class: "quiet", text: region.name, dir: "auto" });
      button.addEventListener("click", () => goTo(region.x, region.y, 4));
      return element("li", {}, button);
    }),
  );
}

// ---- lit and found
function listed(name, head, points) {
  part(`${name}-list`).hidden = !head;
  part(`${name}-head`).textContent = head;
  part(name).replaceChildren(
    ...points.slice(0, 30).map((point) => {
      const link = element("a", { href: `?p=papers&paper=${encodeURIComponent(point.id)}`, "data-place": "papers", "data-paper": point.id, dir: "auto", text: point.title });
      typesetText(link);
      const light = () => focus(point, true);
      for (const doing of ["focus", "mouseenter"]) link.addEventListener(doing, light);
      return element("li", {}, link);
    }),
  );
}

async function light() {
  const { talk } = where();
  let found = { points: [] };
  if (talk) found = await get(`map/lit?talk=${encodeURIComponent(talk)}`).catch(() => found);
  shown.lit = found.points.map(pointOf);
  listed("lit", shown.lit.length ? `Cited for “${found.question}”` : "", shown.lit);
  tellDimmed();
  map.draw();
}

// Why some papers are paler than others.
function tellDimmed() {
  const why = [shown.lit.length && part("lit-head").textContent, shown.found.length && part("found-head").textContent].filter(Boolean);
  part("dimmed").hidden = !why.length;
  part("dimmed-for").textContent = part("dimmed-for").title = why.join(" · ");
}

function alike() {
  shown.lit = [];
  listed("lit", "", []);
  part("find").value = "";
  find();
}

async function find() {
  const [turn, query] = [++looking, part("find").value.trim()];
  try {
    const found = query ? await get(`map/find?q=${encodeURIComponent(query)}`) : { points: [], count: 0 };
    if (turn !== looking) return;
    shown.found = found.points.map(pointOf);
    listed("found", query ? `Found: ${found.count.toLocaleString("en")}` : "", shown.found);
    tellDimmed();
    map.draw();
  } catch (error) {
    toast(error.message);
  }
}

// ---- one mark
function focus(mark, quiet) {
  shown.focused = mark;
  map.draw();
  if (!quiet) part("told").textContent = mark ? [mark.title, mark.about, shown.chosen.has(mark.id) ? "chosen" : ""].filter(Boolean).join(" · ") : "";
}

function point(mark) {
  const tip = part("tip");
  tip.hidden = !mark;
  if (!mark) return;
  const title = element("b", { text: mark.title, dir: "auto" });
  typesetText(title);
  tip.replaceChildren(title, element("span", { text: mark.about, dir: "auto" }));
  const [x, y] = map.toScreen(mark.x, mark.y);
  const field = part("field");
  tip.style.left = `${Math.max(8, Math.min(x + 14, field.clientWidth - tip.offsetWidth - 8))}px`;
  tip.style.top = `${y + 18 + tip.offsetHeight > field.clientHeight ? Math.max(4, y - tip.offsetHeight - 14) : y + 14}px`;
}

// A paper is opened, a heap looked at from nearer.
function press(mark) {
  if (mark?.heap) goTo(mark.x, mark.y, map.view.zoom * 4);
  else if (mark) open(mark.id);
}

// ---- choosing
function choose(ids, said) {
  const before = shown.chosen;
  shown.chosen = new Set(ids);
  part("chosen").hidden = !shown.chosen.size;
  part("chosen-count").textContent = `${shown.chosen.size.toLocaleString("en")} chosen`;
  map.draw();
  if (said) toast(said, before.size ? "Undo" : "", () => choose(before));
}

async function take(corners) {
  try {
    const { ids, count } = await post("map/inside", { corners: corners.flat().map((one) => Number(one.toFixed(5))) });
    if (!ids.length) return toast("There is no paper in that area.");
    const some = count > ids.length ? `The first ${MOST.toLocaleString("en")} of ${count.toLocaleString("en")} papers were chosen.` : "";
    choose(ids, some || (shown.chosen.size ? "Others were chosen." : ""));
  } catch (error) {
    toast(error.message);
  }
}

function goWith(to, most) {
  go({ place: to, talk: where().talk, ids: JSON.stringify([...shown.chosen].slice(0, most)) });
  if (shown.chosen.size > most) toast(`${most} papers at most; the first are taken.`);
}

// ---- mouse and touch
function pointers(field) {
  let held = null; // where it was pressed, and what it draws
  const here = (event) => {
    const box = field.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  field.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    const at = here(event);
    held = { at, from: { ...map.view }, kind: event.shiftKey ? "rectangle" : lassoing ? "lasso" : "move", line: [at], moved: false };
    field.setPointerCapture(event.pointerId);
  });
  field.addEventListener("pointermove", (event) => {
    const [x, y] = here(event);
    if (!held) return point(map.at(x, y));
    held.moved ||= Math.hypot(x - held.at[0], y - held.at[1]) > STILL;
    if (!held.moved) return;
    point(null);
    if (held.kind === "move") {
      map.show(held.from.x - (x - held.at[0]) / (map.view.zoom * field.clientWidth), held.from.y - (y - held.at[1]) / (map.view.zoom * field.clientHeight));
      return moved();
    }
    if (held.kind === "lasso") held.line.push([x, y]);
    else held.line = [held.at, [x, held.at[1]], [x, y], [held.at[0], y]];
    shown.lasso = held.line;
    map.draw();
  });
  field.addEventListener("pointerup", (event) => {
    const was = held;
    held = shown.lasso = null;
    map.draw();
    if (!was) return;
    if (!was.moved) return press(map.at(...here(event)));
    const step = Math.ceil(was.line.length / 400);
    if (was.kind !== "move" && was.line.length > 2) take(was.line.filter((_, n) => n % step === 0).map(([x, y]) => map.toMap(x, y)));
  });
  field.addEventListener("pointercancel", () => ((held = shown.lasso = null), map.draw()));
  field.addEventListener("pointerleave", () => held || point(null));
  // The wheel alone moves the page.
  field.addEventListener("wheel", (event) => (event.ctrlKey || event.metaKey) && (event.preventDefault(), map.zoom(Math.exp(-event.deltaY / 400), ...here(event)), moved()), { passive: false });
}

// ---- keyboard
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function keys(event) {
  const mark = shown.focused;
  const acts = {
    Enter: () => press(mark),
    " ": () => mark && !mark.heap && toggle(mark),
    "+": () => ACTS.in(),
    "-": () => ACTS.out(),
    0: () => ACTS.whole(),
    Escape: () => (focus(null), point(null)),
  };
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (ARROWS[event.key]) {
    focus(map.next(mark, ...ARROWS[event.key]));
    if (!shown.focused) return;
    const [left, top, right, bottom] = map.window();
    const { x, y } = shown.focused;
    if (x < left || x > right || y < top || y > bottom) goTo(x, y, map.view.zoom);
    point(shown.focused);
  } else if (acts[event.key]) acts[event.key]();
  else return;
  event.preventDefault();
}

function toggle(mark) {
  const ids = new Set(shown.chosen);
  if (!ids.delete(mark.id)) ids.add(mark.id);
  choose(ids);
  focus(mark);
}

const ACTS = {
  lasso: (button) => ((lassoing = !lassoing), button.setAttribute("aria-pressed", String(lassoing)), part("field").classList.toggle("lassoing", lassoing)),
  in: () => (map.zoom(1.6), moved()),
  out: () => (map.zoom(1 / 1.6), moved()),
  whole: () => goTo(0.5, 0.5, 1),
  ask: () => askThese([...shown.chosen]),
  compare: () => goWith("compare", 30),
  draft: () => goWith("draft", 100),
  alike,
  none: () => choose([], "None is chosen any more."),
  anew: async () => (await post("map/anew").catch((error) => toast(error.message)), load()),
};

function build() {
  const field = part("field");
  map = canvasOf(field, part("canvas"), () => shown);
  pointers(field);
  field.addEventListener("keydown", keys);
  field.addEventListener("blur", () => (focus(null, true), point(null)));
  for (const button of place.querySelectorAll("[data-act]")) button.addEventListener("click", () => ACTS[button.dataset.act](button));
  let waiting;
  part("find").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(find, 150);
  });
  new ResizeObserver(() => map.draw()).observe(field);
  new MutationObserver(() => map.draw()).observe(document.body, { attributes: true, attributeFilter: ["class"] });
}

export function start() {
  appearing("map", (made, isNew) => {
    place = made;
    if (isNew) build();
    load();
    light();
  });
}
