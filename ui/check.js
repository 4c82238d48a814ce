// The place of the check: a text with what lint finds in it beside it, each finding led to and from its words.
import { element, lines, post, read as kept, stream, write } from "./net.js";
import { typesetText } from "./maths.js";
import { picker } from "./picker.js";
import { appearing, where } from "./places.js";
import { gently } from "./sources.js";

const TEXTS = /\.(tex|ltx|latex|md|markdown|qmd|rmd|txt)$/i;
const TONES = { error: "bad", warning: "fair", weak: "fair", note: "none", fine: "good" };
let place;
let papers; // of the one sentence
let citing; // the paper whose key is put into the text
let name = ""; // of the file that the text came from
let read = { text: [], bib: [], findings: [] }; // what was checked last
let found = []; // {finding, card, words}: those that are shown, in their order
let at = -1;
const part = (named) => place.querySelector(`[data-part="${named}"]`);
const said = (text, failed) => {
  part("said").textContent = text;
  part("said").className = failed ? "failure" : "";
};
const paperLink = (id, title) => {
  const link = element("a", { href: `?p=papers&paper=${encodeURIComponent(id)}`, "data-place": "papers", "data-paper": id, dir: "auto", text: title });
  typesetText(link);
  return link;
};
const quoted = (text) => {
  const words = element("blockquote", { dir: "auto", text });
  typesetText(words);
  return words;
};

// ---- what is given
async function take(files) {
  said("");
  const texts = files.filter((file) => TEXTS.test(file.name));
  const wrong = files.find((file) => !TEXTS.test(file.name) && !/\.bib$/i.test(file.name));
  if (wrong) return said(`${wrong.name} is no .tex, .md, .txt or .bib file.`, true);
  if (texts.length > 1) said(`One text at a time: ${texts[0].name} was taken.`, true);
  try {
    const bibs = files.filter((file) => !TEXTS.test(file.name));
    if (bibs.length) part("bib").value = (await Promise.all(bibs.map(readFile))).join("\n");
    keep();
    if (!texts.length) return;
    part("text").value = await readFile(texts[0]);
    part("name").textContent = name = texts[0].name;
    keep();
  } catch (error) {
    said(error.message, true);
  }
}

async function readFile(file) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    throw new Error(`${file.name} is not UTF-8 text; save it as that.`);
  }
}

async function run() {
  const [text, bib] = [part("text").value, part("bib").value];
  part("run").disabled = true;
  said("Checking each citation …");
  try {
    await lines(await stream("check", { text, name, bib }), (line) => {
      if (line.error) throw new Error(line.error);
      if (line.done) show(text.split("\n"), bib.split("\n"), line.findings);
      else if (line.of) said(`Checking each citation: ${line.read} of ${line.of} paragraphs …`);
    });
  } catch (error) {
    said(error.message, true);
  }
  part("run").disabled = false;
}

// ---- what is kept until the next visit
const KEPT = "citewell-check";

function keep() {
  const sentence = place.querySelector("[name=sentence]").value;
  write(KEPT, "");
  write(KEPT, JSON.stringify({ text: part("text").value, bib: part("bib").value, name, sentence, ids: papers.ids() }));
}

function bringBack() {
  try {
    const was = JSON.parse(kept(KEPT) || "{}");
    part("text").value = was.text || "";
    part("bib").value = was.bib || "";
    part("name").textContent = name = was.name || "";
    place.querySelector("[name=sentence]").value = was.sentence || "";
    if (was.ids?.length) papers.set(was.ids);
  } catch {
    // then there is nothing
  }
}

// ---- a citation of the library, put where one writes
const isLatex = () => /\.(tex|ltx|latex)$/i.test(name) || /\\(cite|begin|section|documentclass)/.test(part("text").value);

async function cite([id]) {
  if (!id) return;
  try {
    const { keys } = await post("papers/titles", { ids: [id] });
    const area = part("text");
    area.setRangeText(isLatex() ? `\\cite{${keys[id]}}` : `[@${keys[id]}]`, area.selectionStart, area.selectionEnd, "end");
    area.focus();
    keep();
  } catch (error) {
    said(error.message, true);
  }
  citing.set([]);
}

// ---- what is found
function show(text, bib, findings) {
  const count = (level) => findings.filter((one) => one.level === level).length;
  const fine = count("fine");
  const doubtful = findings.length - fine;
  const kinds = countKinds(findings);
  said(findings.length ? `${doubtful || "Nothing"} to look at${doubtful ? `: ${kinds}` : ""}; ${fine} fine.` : "No citation was found, nor a sentence that needs one.");
  if (!findings.length) return;
  read = { text, bib, findings };
  part("form").hidden = part("one").hidden = true;
  part("checked").hidden = false;
  part("all").checked = !doubtful;
  tellMeanings(findings);
  draw();
  scrollTo({ top: 0 });
  part("written").focus({ preventScroll: true });
}

// What is to be looked at, the gravest first: "1 disagrees, 2 weak".
function countKinds(findings) {
  const kinds = new Map();
  for (const level of Object.keys(TONES).filter((one) => one !== "fine")) {
    for (const one of findings.filter((each) => each.level === level)) kinds.set(one.verdict, (kinds.get(one.verdict) || 0) + 1);
  }
  return [...kinds].map(([verdict, count]) => `${count} ${verdict}`).join(", ");
}

function tellMeanings(findings) {
  const tones = new Map(findings.map((one) => [one.verdict, one]));
  part("meanings").replaceChildren(...[...tones.values()].map((one) => element("li", {}, element("b", { class: `mark ${TONES[one.level]}`, text: one.verdict }), element("span", { text: one.meaning }))));
}

function draw() {
  const { text, bib, findings } = read;
  found = findings.filter((one) => one.level !== "fine" || part("all").checked).map((finding) => ({ finding }));
  const here = new Map();
  for (const one of found.filter(({ finding }) => !finding.in_bib)) here.set(one.finding.line, [...(here.get(one.finding.line) || []), one]);
  part("written").hidden = !text.join("").trim();
  part("written").replaceChildren(...text.map((line, n) => drawnLine(line, n + 1, here.get(n + 1) || [])));
  part("findings").replaceChildren(...found.map((one, n) => drawnFinding(one, n, bib)));
  at = -1;
  if (found.length) lead(0);
  else part("place").textContent = "Nothing to look at.";
}

// The letters of a line that a finding is about: its sentence as far as its key, else the sentence from its column on.
const ENDS = /(?<!\b(?:al|cf|vs|resp|fig|eq|sec|e\.g|i\.e))[.!?]["”’)\]}]*\s+(?=\S)/gi;
const LOOKED_AT = 2000; // letters of a line behind a column
function boundsOf({ key, col }, letters, from) {
  const [before, rest] = [letters.slice(from, col - 1).join(""), letters.slice(col - 1, col - 1 + LOOKED_AT).join("")];
  const count = (text) => Array.from(text).length;
  const cited = /^@?\{?/.exec(rest)[0] + key; // Markdown's column is that of the "@"
  if (!key || !rest.startsWith(cited)) return [col - 1, col - 1 + count(/^.+?[.!?](?=\s|$)|^.*/.exec(rest)[0])];
  const end = [...before.matchAll(ENDS)].at(-1);
  const start = end ? end.index + end[0].length : before.length - before.trimStart().length;
  const close = /^[^\s\[{]*?[\]}]+/.exec(rest.slice(cited.length));
  return [from + count(before.slice(0, start)), col - 1 + count(cited) + (close ? count(close[0]) : 0)];
}

// Columns count characters as Python does.
function drawnLine(line, number, here) {
  const letters = Array.from(line);
  const pieces = [];
  let from = 0;
  for (const one of [...here].sort((a, b) => a.finding.col - b.finding.col)) {
    const { col } = one.finding;
    const twin = here.find((other) => other.words && other.finding.col === col);
    one.words = twin?.words;
    if (twin) continue;
    const [first, last] = boundsOf(one.finding, letters, from);
    const start = Math.max(from, first);
    const end = Math.max(start, last);
    one.words = element("span", { role: "button", tabindex: "0", class: `said-here ${TONES[one.finding.level]}`, text: letters.slice(start, end).join("") || "¶" });
    one.words.addEventListener("click", () => lead(found.indexOf(one), true));
    one.words.addEventListener("keydown", (event) => ["Enter", " "].includes(event.key) && (event.preventDefault(), lead(found.indexOf(one), true)));
    pieces.push(letters.slice(from, start).join(""), one.words);
    from = end;
  }
  const words = element("span", { dir: "auto" }, ...pieces, letters.slice(from).join("") || (pieces.length ? "" : "\u200b"));
  return element("div", { class: "written-line", "data-line": String(number) }, words);
}

function drawnFinding(one, n, bib) {
  const { finding } = one;
  const there = element("button", { type: "button", class: "there", text: `${finding.in_bib ? "References, line" : "Line"} ${finding.line}` });
  there.addEventListener("click", () => lead(n, true));
  const verdict = element("b", { class: `mark ${TONES[finding.level]}`, text: finding.accepted ? `${finding.verdict}, accepted` : finding.verdict });
  one.card = element(
    "li",
    { class: "finding", tabindex: "-1" },
    element("p", { class: "finding-head" }, verdict, " ", there, " ", element("code", { text: finding.key, dir: "auto" })),
    element("p", { dir: "auto", text: finding.message }),
    finding.in_bib ? element("pre", { text: (bib[finding.line - 1] || "").trim(), dir: "auto" }) : "",
    finding.quote ? quoted(finding.quote) : "",
    finding.paper ? paperLink(finding.paper, finding.title) : "",
  );
  return one.card;
}

// Go to one finding: its card and its words in the text, each scrolled to within its own column.
function lead(n, look) {
  if (!found.length) return;
  at = (n + found.length) % found.length;
  for (const old of place.querySelectorAll("[aria-current]")) old.removeAttribute("aria-current");
  const { card, words } = found[at];
  for (const one of [card, words]) {
    if (!one) continue;
    one.setAttribute("aria-current", "true");
    const around = one.closest(".findings, .written");
    around.scrollTop += one.getBoundingClientRect().top - around.getBoundingClientRect().top - around.clientHeight / 3;
  }
  part("place").textContent = `${at + 1} of ${found.length}`;
  if (look) card.focus({ preventScroll: true });
}

function edit() {
  part("form").hidden = part("one").hidden = false;
  part("checked").hidden = true;
  said("");
  part("text").focus();
}

// ---- one sentence
async function trySentence() {
  part("try").disabled = true;
  part("result").replaceChildren(element("p", { class: "soft", text: "Checking …" }));
  try {
    const { results, given, notes } = await post("check/sentence", { sentence: place.querySelector("[name=sentence]").value, ids: papers.ids() });
    const notices = notes.map((note) => element("p", { class: "soft", text: `The model's check was not used: ${note}`, dir: "auto" }));
    part("result").replaceChildren(...(results.length ? [element("p", {}, element("b", { text: summedUp(results, given), dir: "auto" })), ...results.map(drawnResult)] : [element("p", { text: "There is no paper yet to check it against." })]), ...notices);
  } catch (error) {
    part("result").replaceChildren(element("p", { class: "failure", text: error.message }));
  }
  part("try").disabled = false;
  part("result").scrollIntoView({ block: "nearest", behavior: gently() });
}

// The results in one line, of `given` papers or, without any, of the nearest.
function summedUp(results, given) {
  const those = (...verdicts) => results.filter((one) => verdicts.includes(one.verdict));
  const good = those("supported", "quoted");
  const titles = good.flatMap((one) => one.papers.filter((paper) => paper.quote)).map((paper) => `“${paper.title}”`);
  if (good.length) return `Supported by ${titles.join(", ") || "what is cited"}.`;
  if (those("unchecked").length === results.length) return "It could not be checked.";
  const none = given === 1 ? "The paper given does not support it" : given ? "No paper given supports it" : "None of the nearest papers supports it";
  return `${none}${those("weak").length ? " clearly" : ""}.`;
}

function drawnResult(one) {
  const about = one.papers.flatMap((paper) => [paper.quote ? quoted(paper.quote) : "", element("p", {}, paperLink(paper.id, paper.title), element("small", { text: paper.about ? ` · ${paper.about}` : "" }))]);
  const head = element("p", {}, element("b", { class: `mark ${one.verdict}`, text: one.head }), ` ${one.meaning}`);
  return element("article", { class: "finding" }, head, one.reason ? element("p", { class: "soft", text: one.reason, dir: "auto" }) : "", ...about);
}

function build() {
  papers = picker(part("papers"), { label: "Papers that it cites", hint: "Words of a title; without any, the three nearest papers are taken", most: 8, changed: keep });
  citing = picker(part("cite"), { label: "Cite a paper of the library in your text", hint: "Words of a title, an author", most: 1, changed: cite });
  bringBack();
  let typing;
  place.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(keep, 300);
  });
  part("text-form").addEventListener("submit", (event) => (event.preventDefault(), run()));
  part("one").addEventListener("submit", (event) => (event.preventDefault(), trySentence()));
  // Another text than that of the file: what it is written in shows by itself.
  const area = part("text");
  area.addEventListener("paste", () => area.selectionEnd - area.selectionStart === area.value.length && (part("name").textContent = name = ""));
  part("file").addEventListener("change", () => (take([...part("file").files]), (part("file").value = "")));
  part("all").addEventListener("change", draw);
  place.addEventListener("dragover", (event) => (event.preventDefault(), place.classList.add("dropping")));
  place.addEventListener("dragleave", () => place.classList.remove("dropping"));
  place.addEventListener("drop", (event) => {
    place.classList.remove("dropping");
    if (!event.dataTransfer.files.length) return; // words that are dropped go where they are dropped
    event.preventDefault();
    edit();
    take([...event.dataTransfer.files]);
  });
  const acts = { edit, previous: () => lead(at - 1, true), next: () => lead(at + 1, true) };
  for (const button of place.querySelectorAll("[data-act]")) button.addEventListener("click", acts[button.dataset.act]);
}

export function start() {
  appearing("check", (made, isNew) => {
    place = made;
    if (isNew) build();
  });
  document.addEventListener("keydown", (event) => {
    if (where().place !== "check" || !place || part("checked").hidden) return;
    if (event.target.closest("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "n") lead(at + 1, true);
    else if (event.key === "p") lead(at - 1, true);
  });
}
