// The place of the papers: a table that holds any number of them, of which only the rows in sight are drawn.
import { element, get, offer, post, toast } from "./net.js";
import { changed } from "./library.js";
import { typesetText } from "./maths.js";
import { openPaper, savePaper } from "./paper.js";
import { appearing, go, where } from "./places.js";
import { askThese, MOST } from "./scope.js";

const HEIGHT = 44; // pixels of a row, as in papers.css
const PAGE = 100; // rows of one request
const COLUMNS = [["title", "Title"], ["", "Key"], ["authors", "Authors"], ["year", "Year"], ["venue", "Venue"]];
const chosen = new Map(); // id -> title
const came = new Set(); // the papers that were added just now
let total = 0;
let pages = new Map(); // page number -> its rows, or a promise of them
let asked = ""; // the question that the rows answer
let order = { order: "", down: false };
let place;
const part = (name) => place.querySelector(`[data-part="${name}"]`);

function wanted() {
  const fields = Object.fromEntries([...place.querySelectorAll("[name]")].map((field) => [field.name, field.value]));
  return new URLSearchParams({ ...fields, ...order }).toString();
}

// ---- the rows
async function load(page) {
  if (pages.has(page)) return;
  pages.set(page, null);
  const of = asked;
  try {
    const found = await get(`papers?${of}&offset=${page * PAGE}&limit=${PAGE}`);
    if (of !== asked) return;
    pages.set(page, found.rows);
    total = found.total;
    draw();
  } catch (error) {
    if (of !== asked) return;
    pages.delete(page);
    if (page) return toast(error.message);
    total = 0;
    draw();
    part("count").textContent = error.message;
  }
}

function search() {
  if (wanted() === asked) return;
  asked = wanted();
  pages = new Map();
  part("rows").scrollTop = 0;
  load(0);
}

function draw() {
  const box = part("rows");
  const first = Math.max(0, Math.floor(box.scrollTop / HEIGHT) - 5);
  const last = Math.min(total, first + Math.ceil(box.clientHeight / HEIGHT) + 12);
  const body = part("body");
  body.style.height = `${total * HEIGHT}px`;
  const rows = [];
  for (let at = first; at < last; at++) {
    const page = Math.floor(at / PAGE);
    if (!pages.has(page)) load(page);
    const row = (pages.get(page) || [])[at % PAGE];
    if (row) rows.push(drawn(row, at));
  }
  const focused = document.activeElement?.closest?.(".paper-row")?.dataset.id;
  const control = document.activeElement?.tagName;
  body.replaceChildren(...rows);
  if (focused) body.querySelector(`[data-id="${CSS.escape(focused)}"] ${control}`)?.focus({ preventScroll: true });
  part("count").textContent = total ? `${total.toLocaleString("en")} ${total === 1 ? "paper" : "papers"}` : "No paper fits.";
  tell();
}

// The rows end where the window does: no box that scrolls within a page that does, too.
function fit() {
  const box = part("rows");
  if (!box.offsetParent) return;
  const room = Math.max(320, innerHeight - box.getBoundingClientRect().top - scrollY - 28);
  box.style.height = `${Math.floor(room / HEIGHT) * HEIGHT}px`;
  draw();
}

function drawn(row, at) {
  const box = element("input", { type: "checkbox", "aria-label": `Choose “${row.title}”` });
  box.checked = chosen.has(row.id);
  box.addEventListener("change", () => (box.checked ? chosen.set(row.id, row.title) : chosen.delete(row.id), tell()));
  const link = element("a", { href: `?p=papers&paper=${encodeURIComponent(row.id)}`, "data-place": "papers", "data-paper": row.id, dir: "auto", text: row.title, title: row.title });
  typesetText(link);
  const marks = [came.has(row.id) ? "new" : "", row.bare ? "no abstract" : ""].filter(Boolean);
  const made = element(
    "div",
    { class: "paper-row", role: "row", "aria-rowindex": String(at + 2), "data-id": row.id },
    element("span", { role: "cell" }, box),
    element("span", { role: "cell", class: "title" }, ...marks.map((text) => element("span", { class: "tag mine", text })), link, ...row.tags.map((tag) => element("span", { class: "tag", text: tag }))),
    element("span", { role: "cell", class: "key", text: row.key, title: row.key }),
    element("span", { role: "cell", dir: "auto", text: row.authors }),
    element("span", { role: "cell", text: row.year ?? "" }),
    element("span", { role: "cell", dir: "auto", text: row.venue, title: row.venue }),
  );
  made.style.top = `${at * HEIGHT}px`;
  return made;
}

function choose(papers) {
  chosen.clear();
  for (const [id, title] of papers) chosen.set(id, title);
  draw();
}

// Every paper that is listed, or none.
async function chooseAll(box) {
  const before = [...chosen];
  if (!box.checked) return forget();
  const papers = [];
  try {
    while (papers.length < Math.min(total, MOST)) {
      const { rows } = await get(`papers?${asked}&offset=${papers.length}&limit=${Math.min(500, MOST - papers.length)}`);
      if (!rows.length) break;
      papers.push(...rows.map((row) => [row.id, row.title]));
    }
  } catch (error) {
    return toast(error.message);
  }
  choose(papers);
  const first = total > MOST ? `The first ${MOST.toLocaleString("en")} were chosen.` : "";
  if (before.length) toast(first || "Others were chosen.", "Undo", () => choose(before));
  else if (first) toast(first);
}

function forget() {
  const before = [...chosen];
  choose([]);
  if (before.length > 1) toast("None is chosen any more.", "Undo", () => choose(before));
}

// To another place with those chosen, which takes so many at most.
function goWith(place, most) {
  go({ place, talk: where().talk, ids: JSON.stringify([...chosen.keys()].slice(0, most)) });
  if (chosen.size > most) toast(`${most} papers at most; the first are taken.`);
}

function tell() {
  part("all").checked = chosen.size > 0 && chosen.size >= Math.min(total, MOST);
  part("all").indeterminate = chosen.size > 0 && !part("all").checked;
  part("chosen").hidden = !chosen.size;
  part("chosen-count").textContent = `${chosen.size.toLocaleString("en")} chosen`;
}

function sort(key, down = key === "year") {
  order = order.order !== key || !key ? { order: key, down } : { order: key, down: !order.down };
  for (const head of place.querySelectorAll("[role=columnheader][data-key]")) {
    const mine = head.dataset.key === order.order;
    head.setAttribute("aria-sort", mine ? (order.down ? "descending" : "ascending") : "none");
  }
  search();
}

// ---- what is done with those chosen
async function remove() {
  const ids = [...chosen.keys()];
  try {
    const done = await post("papers/remove", { ids });
    chosen.clear();
    renew();
    toast(`${done.changed} ${done.changed === 1 ? "paper was" : "papers were"} removed.`, "Undo", undo);
  } catch (error) {
    toast(error.message);
  }
}

async function undo() {
  await post("papers/undo").catch((error) => toast(error.message));
  renew();
}

async function tag() {
  const given = prompt("Tags to give, with commas between; a minus before one takes it away:");
  const words = (given || "").split(",").map((word) => word.trim()).filter(Boolean);
  if (!words.length) return;
  const drop = words.filter((word) => word.startsWith("-")).map((word) => word.slice(1).trim());
  try {
    const done = await post("papers/tag", { ids: [...chosen.keys()], add: words.filter((word) => !word.startsWith("-")), drop });
    toast(`${done.changed} changed.`, "Undo", undo);
    renew();
  } catch (error) {
    toast(error.message);
  }
}

async function take(kind) {
  try {
    const answer = await post(`papers/export.${kind}`, { ids: [...chosen.keys()] }, "blob");
    offer(answer, `papers.${kind}`);
  } catch (error) {
    toast(error.message);
  }
}

function renew() {
  asked = "";
  search();
  changed();
  tellUnread();
  get("papers/facets").then(({ tags }) => part("tags").replaceChildren(...tags.map((text) => element("option", { value: text }))), () => {});
}

// ---- what a slow model has not read yet
let later = 0;

async function tellUnread() {
  clearTimeout(later);
  const { left } = await get("papers/unread").catch(() => ({ left: 0 }));
  const told = part("unread");
  told.hidden = !left;
  told.textContent = `All papers can be found. The embedding model is still to read ${left.toLocaleString("en")} of them, which are found by their words and a faster model meanwhile.`;
  if (left) later = setTimeout(tellUnread, 3000);
}

// ---- adding
// The papers that came in or were changed, each with the way to its page.
function named(head, papers, count) {
  if (!papers.length) return "";
  const items = papers.map(({ id, title, bare }) => {
    const link = element("a", { href: `?p=papers&paper=${encodeURIComponent(id)}`, "data-place": "papers", "data-paper": id, dir: "auto", text: title });
    typesetText(link);
    return element("li", {}, link, bare ? element("span", { class: "tag", text: "no abstract" }) : "");
  });
  if (count > papers.length) items.push(element("li", { text: `and ${(count - papers.length).toLocaleString("en")} more` }));
  return element("div", {}, head, element("ul", {}, ...items));
}

function report(line, name, done) {
  line.textContent = `${name}: ${done.added} added, ${done.merged} merged, ${done.unchanged} known already.`;
  line.className = "over";
  if (done.without_abstract) line.append(element("p", { text: `${done.without_abstract} without an abstract: found by title, never quoted; add it on its page.` }));
  line.append(named("Added:", done.came, done.added), named("Merged with what is known:", done.changed, done.merged));
  if (done.skipped.length) {
    const skips = done.skipped.map((skip) => element("li", { text: `${skip.where}: ${skip.reason}`, dir: "auto" }));
    line.append(element("details", {}, element("summary", { text: `${skips.length} passed over` }), element("ul", {}, ...skips)));
  }
  for (const { id } of done.came) came.add(id);
}

// Takes files, and words that name papers, in; resolves to what was skipped, by what it is called, or null if all failed.
async function add(files) {
  const told = part("added");
  let skipped = [];
  told.hidden = false;
  for (const old of told.querySelectorAll(":scope > :is(.over, .failure)")) old.remove();
  for (const file of files) {
    const line = element("li", { text: `${file.name}: reading …` });
    told.append(line);
    try {
      const done = await (file.words ? post("papers/fetch", { words: file.words }) : post(`papers/add?name=${encodeURIComponent(file.name)}`, file));
      report(line, file.name, done);
      if (done.added) sort("", true);
      skipped?.push(...done.skipped.map((skip) => skip.where));
    } catch (error) {
      line.textContent = `${file.name}: ${error.message}`;
      line.className = "failure";
      skipped = null;
    }
  }
  renew();
  return skipped;
}

// What could not be had stays in the box.
async function paste() {
  const text = part("pasted").value;
  if (!text.trim()) return;
  part("paste").disabled = true;
  const skipped = await pasted(text);
  part("paste").disabled = false;
  if (!skipped || part("pasted").value !== text) return;
  const left = text.split(/[\s,;]+/).filter((word) => word && skipped.some((where) => where.includes(word.replace(/^.*:/, ""))));
  part("pasted").value = /[@{[]/.test(text) ? "" : left.join("\n");
}

function pasted(text) {
  if (!/[@{[]\s*\w*\s*[{"]|^\s*TY {2}-/m.test(text)) return add([{ name: "Your list", words: text.replace(/(arxiv|doi):\s+/gi, "$1:").split(/[\s,;]+/).filter(Boolean) }]);
  const kind = /^\s*TY {2}-/m.test(text) ? "ris" : /^\s*[[{]/.test(text) ? "jsonl" : "bib";
  return add([new File([text], `pasted.${kind}`)]);
}

function build() {
  const heads = COLUMNS.map(([key, name]) => {
    if (!key) return element("span", { role: "columnheader", class: "key", text: name });
    const button = element("button", { type: "button", text: name });
    button.addEventListener("click", () => sort(key));
    return element("span", { role: "columnheader", "data-key": key, "aria-sort": "none" }, button);
  });
  const all = element("input", { type: "checkbox", "data-part": "all", "aria-label": "Choose all that are listed" });
  all.addEventListener("change", () => chooseAll(all));
  part("head").append(element("span", { role: "columnheader" }, all), ...heads);
  part("rows").addEventListener("scroll", draw, { passive: true });
  addEventListener("resize", fit);
  let waiting;
  place.querySelector(".filters").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 80);
  });
  const field = part("file");
  field.addEventListener("change", () => (add([...field.files]), (field.value = "")));
  part("paste").addEventListener("click", paste);
  part("paper").addEventListener("click", (event) => {
    if (!event.target.closest('[data-act="write-abstract"]')) return;
    place.querySelector(".editing").open = true;
    place.querySelector(".editing [name=abstract]").focus();
  });
  place.addEventListener("dragover", (event) => (event.preventDefault(), place.classList.add("dropping")));
  place.addEventListener("dragleave", () => place.classList.remove("dropping"));
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    place.classList.remove("dropping");
    if (event.dataTransfer.files.length) add([...event.dataTransfer.files]);
  });
  place.addEventListener("submit", (event) => (event.preventDefault(), savePaper(event.target, part("paper"), undo, renew)));
  const acts = {
    ask: () => askThese([...chosen.keys()]),
    compare: () => goWith("compare", 30),
    draft: () => goWith("draft", 100),
    ...Object.fromEntries(["bib", "ris", "csv"].map((kind) => [kind, () => take(kind)])),
    tag,
    remove,
    none: forget,
    newest: () => sort("", true),
    filters: (event) => {
      const open = event.target.getAttribute("aria-expanded") !== "true";
      event.target.setAttribute("aria-expanded", open);
      event.target.textContent = open ? "Fewer filters" : "More filters";
    },
    back: () => go({ place: "papers", talk: where().talk }),
  };
  for (const button of place.querySelectorAll("[data-act]")) button.addEventListener("click", acts[button.dataset.act]);
}

export function start() {
  appearing("papers", (made, isNew) => {
    place = made;
    if (isNew) {
      build();
      renew();
    }
    const { paper } = where();
    place.classList.toggle("one", Boolean(paper));
    if (paper) openPaper(paper, part("paper"));
    else fit();
  });
}
