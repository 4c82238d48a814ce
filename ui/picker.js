// Choosing papers by typing: those that are found are offered, those chosen stand below and can be taken out again.
import { element, get, post, toast } from "./net.js";
import { typesetText } from "./maths.js";

const OFFERED = 7;
let made = 0;

// Fills `holder`; `changed` is called with the ids whenever what is chosen changes.
export function picker(holder, { label, hint, most, changed = () => {} }) {
  const chosen = new Map(); // id -> title
  const list = `offers-${++made}`;
  const field = element("input", { type: "search", role: "combobox", "aria-expanded": "false", "aria-controls": list, "aria-autocomplete": "list", autocomplete: "off", placeholder: hint });
  const offers = element("ul", { id: list, role: "listbox", "aria-label": `${label} found`, class: "offers", hidden: true });
  const chips = element("ul", { class: "chips", "aria-label": `${label} chosen` });
  holder.classList.add("picker");
  holder.append(element("label", {}, label, field), offers, chips);
  let [at, asked, timer, tags] = [-1, 0, 0, null];

  const close = () => {
    offers.hidden = true;
    at = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };

  function light(n) {
    const all = [...offers.children];
    at = all.length ? (n + all.length) % all.length : -1;
    all.forEach((one, place) => one.setAttribute("aria-selected", String(place === at)));
    if (at >= 0) field.setAttribute("aria-activedescendant", all[at].id);
    all[at]?.scrollIntoView({ block: "nearest" });
  }

  function offer(text, about, run) {
    const words = element("span", { text, dir: "auto" });
    const one = element("li", { id: `${list}-${offers.children.length}`, role: "option", "aria-selected": "false" }, words, element("small", { text: about, dir: "auto" }));
    typesetText(words);
    one.addEventListener("mousedown", (event) => (event.preventDefault(), run()));
    one.choose = run;
    offers.append(one);
  }

  async function look() {
    const [turn, query] = [++asked, field.value.trim()];
    if (!query) return close();
    try {
      tags ??= (await get("papers/facets")).tags;
      const { rows } = await get(`papers?limit=${OFFERED}&q=${encodeURIComponent(query)}`);
      if (turn !== asked) return;
      offers.replaceChildren();
      const fitting = tags.filter((tag) => tag.toLowerCase().startsWith(query.toLowerCase())).slice(0, 3);
      for (const tag of fitting) offer(`All with the tag “${tag}”`, "", () => addTag(tag));
      for (const row of rows.filter((one) => !chosen.has(one.id))) offer(row.title, [row.authors, row.year].filter(Boolean).join(" · "), () => add([[row.id, row.title]]));
      if (!offers.children.length) return close();
      offers.hidden = false;
      field.setAttribute("aria-expanded", "true");
      light(0);
    } catch (error) {
      toast(error.message);
    }
  }

  async function addTag(tag) {
    const { rows } = await get(`papers?limit=${most}&tag=${encodeURIComponent(tag)}`).catch((error) => (toast(error.message), { rows: [] }));
    add(rows.map((row) => [row.id, row.title]));
  }

  function add(papers) {
    const room = papers.filter(([id]) => !chosen.has(id));
    if (chosen.size + room.length > most) toast(`${most} papers at most.`);
    for (const [id, title] of room.slice(0, most - chosen.size)) chosen.set(id, title);
    field.value = "";
    close();
    draw();
    changed([...chosen.keys()]);
  }

  function draw() {
    chips.hidden = !chosen.size;
    chips.replaceChildren(
      ...[...chosen].map(([id, title]) => {
        const words = element("span", { text: title, dir: "auto", title });
        typesetText(words);
        const out = element("button", { type: "button", "aria-label": `Leave out “${title}”`, text: "✕" });
        out.addEventListener("click", () => {
          chosen.delete(id);
          draw();
          field.focus();
          changed([...chosen.keys()]);
        });
        return element("li", {}, words, out);
      }),
    );
  }

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, 120);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (offers.hidden) look();
      else light(at + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && !offers.hidden) {
      event.preventDefault();
      offers.children[at]?.choose();
    } else if (event.key === "Escape" && !offers.hidden) {
      event.stopPropagation();
      close();
    }
  });
  field.addEventListener("blur", close);
  draw();
  return {
    ids: () => [...chosen.keys()],
    // What is chosen from elsewhere; its titles are asked for.
    async set(ids) {
      const { titles } = ids.length ? await post("papers/titles", { ids }).catch(() => ({ titles: {} })) : { titles: {} };
      chosen.clear();
      for (const id of ids) chosen.set(id, titles[id] || id);
      draw();
    },
  };
}
