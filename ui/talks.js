// The rail's list of conversations: found, named anew, taken along as files, deleted and brought back.
import { element, get, post, save, toast, untoast } from "./net.js";
import { go, onMove, where } from "./places.js";

const rail = () => document.getElementById("rail");
const list = () => document.getElementById("talks");
let asked = 0;

export async function refresh() {
  const query = document.getElementById("find-talks").value.trim();
  const turn = ++asked;
  let found;
  try {
    found = await get(`talks?q=${encodeURIComponent(query)}`);
  } catch {
    return; // what is listed stays
  }
  if (turn !== asked) return;
  const days = new Map();
  for (const talk of found.talks) {
    const day = dayOf(talk.touched);
    days.set(day, [...(days.get(day) || []), talk]);
  }
  const parts = [...days].flatMap(([day, talks]) => [
    element("h3", { text: day }),
    element("ul", {}, ...talks.map(entry)),
  ]);
  if (!parts.length) parts.push(element("p", { class: "none", text: query ? "None has these words." : "Your conversations will be listed here." }));
  if (found.deleted.length && !query) parts.push(gone(found.deleted));
  if (!found.kept) parts.unshift(element("p", { class: "none", text: "The library folder is read-only: these are lost when Citewell ends." }));
  if (list().contains(document.activeElement) && document.activeElement.matches("input")) return; // a name is being typed
  list().replaceChildren(...parts);
  list().classList.toggle("searched-for", Boolean(query));
  light();
}

// Those deleted within a day, each to be brought back.
function gone(talks) {
  const items = talks.map((talk) => {
    const back = element("button", { type: "button", class: "quiet", text: "Bring back", "aria-label": `Bring back “${talk.title}”` });
    back.addEventListener("click", async () => (await post(`talks/${talk.id}/restore`).catch((error) => toast(error.message)), refresh()));
    return element("li", {}, element("span", { class: "talk-link", dir: "auto", title: talk.title, text: talk.title }), back);
  });
  const open = Boolean(list().querySelector(".deleted")?.open);
  return element("details", { class: "deleted", open }, element("summary", { text: `Deleted lately (${talks.length})` }), element("ul", {}, ...items));
}

function dayOf(seconds) {
  const then = new Date(seconds * 1000).setHours(0, 0, 0, 0);
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - then) / 86400000);
  return days <= 0 ? "Today" : days === 1 ? "Yesterday" : days < 8 ? "This week" : days < 31 ? "This month" : "Earlier";
}

function entry(talk) {
  const link = element("a", { href: `?c=${talk.id}`, "data-place": "chat", "data-talk": talk.id, class: "talk-link", dir: "auto", title: talk.title, text: talk.title });
  // A list that is renewed closes no menu.
  const open = Boolean(list().querySelector(`li[data-talk="${talk.id}"] > .menu`)?.open);
  const menu = element("details", { class: "menu", open });
  const act = (text, run) => {
    const button = element("button", { type: "button", text });
    button.addEventListener("click", () => ((menu.open = false), run()));
    return button;
  };
  menu.append(
    element("summary", { "aria-label": `What to do with “${talk.title}”`, text: "⋯" }),
    element(
      "div",
      {},
      act("Rename", () => rename(talk, link)),
      act("Save as Markdown", () => save(`talks/${talk.id}/export.md`, `${fileName(talk)}.md`).catch((e) => toast(e.message))),
      act("Save its BibTeX", () => save(`talks/${talk.id}/export.bib`, `${fileName(talk)}.bib`).catch((e) => toast(e.message))),
      act("Delete", () => remove(talk)),
    ),
  );
  return element("li", { "data-talk": talk.id }, link, menu);
}

const fileName = (talk) => talk.title.replace(/[^\p{L}\p{N} -]+/gu, "").trim().slice(0, 60) || "conversation";

function rename(talk, link) {
  const field = element("input", { class: "renaming", "aria-label": "Name of the conversation", maxlength: "120" });
  field.value = talk.title;
  let over = false;
  const end = async (keep) => {
    if (over) return;
    over = true;
    field.blur();
    try {
      if (keep && field.value.trim() && field.value !== talk.title) await post(`talks/${talk.id}/rename`, { title: field.value });
    } catch (error) {
      toast(error.message);
    }
    field.replaceWith(link);
    link.focus();
    refresh();
  };
  field.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Enter") end(true);
    if (event.key === "Escape") end(false);
  });
  field.addEventListener("blur", () => end(true));
  link.replaceWith(field);
  field.select();
}

async function remove(talk) {
  try {
    await post(`talks/${talk.id}/delete`);
  } catch (error) {
    return toast(error.message);
  }
  const open = where().talk === talk.id;
  if (open) go({});
  toast(`“${talk.title}” was deleted.`, "Undo", async () => {
    await post(`talks/${talk.id}/restore`).catch((error) => toast(error.message));
    if (open) go({ talk: talk.id });
    refresh();
  });
  refresh();
}

// What was looked for is found: the others are listed again.
async function found(event) {
  const field = document.getElementById("find-talks");
  if (!field.value || !event.target.closest("a.talk-link") || event.metaKey || event.ctrlKey || event.shiftKey) return;
  field.value = "";
  await refresh();
  list().querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
}

function light() {
  const { talk, place } = where();
  for (const link of list().querySelectorAll(".talk-link")) {
    if (place === "chat" && link.dataset.talk === talk) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

export function start() {
  document.body.append(document.getElementById("toast")); // above all else
  let waiting;
  document.getElementById("find-talks").addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(refresh, 150);
  });
  for (const button of document.querySelectorAll(".open-rail")) {
    button.addEventListener("click", () => {
      const open = document.body.classList.toggle("rail-open");
      button.setAttribute("aria-expanded", String(open));
      if (open) rail().querySelector("a").focus();
    });
  }
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(event.target)) menu.open = false;
    if (!event.target.closest("#rail, .open-rail")) document.body.classList.remove("rail-open");
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.body.classList.remove("rail-open");
    for (const menu of document.querySelectorAll(".menu[open]")) menu.open = false;
  });
  list().addEventListener("click", found);
  onMove(light);
  let last = "";
  onMove(({ place, talk }) => {
    if (last !== `${place} ${talk}`) untoast(); // it was about what is gone from
    last = `${place} ${talk}`;
  });
  refresh();
}
