// The place of the comparison: papers × aspects, each cell leading to its quote.
import { offer, post, read, write } from "./net.js";
import { typesetText } from "./maths.js";
import { picker } from "./picker.js";
import { appearing, go, idsOf, where } from "./places.js";

let place;
let papers;
let files = {};
const KEPT = "citewell-compare";
const ASPECTS = "task, method, data, result, limitation"; // as compare.html has them
let shown = ""; // the papers that the address named when they were compared
const part = (named) => place.querySelector(`[data-part="${named}"]`);
const field = (named) => place.querySelector(`[name="${named}"]`);

function said(text, failed) {
  part("said").textContent = text;
  part("said").className = failed ? "failure" : "";
}

async function run() {
  const aspects = field("aspects").value.split(",").map((aspect) => aspect.trim()).filter(Boolean);
  const count = Math.min(30, Math.max(1, Number(field("count").value) || 5));
  part("run").disabled = true;
  said("Reading the abstracts …");
  try {
    const made = await post("compare", { ids: papers.ids(), topic: field("topic").value, aspects, count });
    files = made.files;
    part("table").innerHTML = made.html; // made by the server, everything foreign in it escaped
    part("cards").innerHTML = made.cards;
    for (const text of place.querySelectorAll("td a, th bdi, .card h3 > span:last-child")) typesetText(text);
    part("table").hidden = part("files").hidden = false;
    said("");
    write(KEPT, JSON.stringify({ ids: papers.ids(), topic: field("topic").value, aspects: field("aspects").value, count }));
  } catch (error) {
    said(error.message, true);
  }
  part("run").disabled = false;
}

// ---- what was compared last is there again
async function bring() {
  let was;
  try {
    was = JSON.parse(read(KEPT));
  } catch {
    return; // there is nothing
  }
  for (const name of ["topic", "aspects", "count"]) field(name).value = was[name];
  if (where().ids) return; // others are to be compared now
  await papers.set(was.ids);
  choose(was.ids);
  run();
}

async function away() {
  write(KEPT, "");
  Object.assign(field("topic"), { value: "" });
  Object.assign(field("aspects"), { value: ASPECTS });
  Object.assign(field("count"), { value: "5" });
  part("table").hidden = part("files").hidden = true;
  part("cards").classList.remove("open");
  await papers.set([]);
  choose([]);
  said("");
}

// What is chosen stands in the address, so that reload and back find it again.
function choose(ids) {
  shown = ids.length ? JSON.stringify(ids) : "";
  go({ place: "compare", talk: where().talk, ids: shown }, { replace: true });
}

function build() {
  papers = picker(part("papers"), { label: "Papers", hint: "Words of a title, an author, a tag", most: 30, changed: choose });
  part("form").addEventListener("submit", (event) => (event.preventDefault(), run()));
  part("away").addEventListener("click", away);
  for (const button of place.querySelectorAll("[data-file]")) {
    const kind = button.dataset.file;
    button.addEventListener("click", () => offer(new Blob([files[kind]], { type: "text/plain" }), `comparison.${kind}`));
  }
}

export function start() {
  appearing("compare", async (made, isNew) => {
    place = made;
    if (isNew) {
      build();
      bring();
    }
    const { ids } = where();
    if (ids === shown) return;
    if (!ids) return choose(papers.ids()); // what was chosen stays
    shown = ids;
    await papers.set(idsOf(ids, 30));
    if (ids) run();
  });
}
