// The page's own behaviour: a citation opens its source at the quoted words. Gradio redraws the
// cards while an answer streams, so what is open lives here and is put back after each redraw.
(() => {
  "use strict";
  let chosen = null; // {card, spans, from}: the citation that was followed last
  let turns = 0;

  const cardOf = (link) => document.getElementById(link.getAttribute("href").slice(1));
  const readSpans = (text) => (text || "").split(" ").filter(Boolean).map((s) => s.split("-").map(Number));

  function follow(link) {
    unmark();
    chosen = { card: link.getAttribute("href").slice(1), spans: readSpans(link.dataset.spans), from: link };
    for (const old of document.querySelectorAll("[aria-current='location']")) old.removeAttribute("aria-current");
    link.setAttribute("aria-current", "location");
    const card = cardOf(link);
    if (!card) return;
    open(card);
    showChosen();
    card.focus({ preventScroll: true });
    scrollTo(card.querySelector("mark") || card);
  }

  function showChosen() {
    const card = chosen && document.getElementById(chosen.card);
    if (!card) return;
    show(card.closest(".sources"));
    for (let d = card.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
    card.querySelector("details.abstract").open = true;
    card.querySelector(".back").hidden = false;
    card.classList.add("chosen");
    mark(card.querySelector(".abstract > p"), chosen.spans);
  }

  function unmark() {
    if (!chosen) return;
    const card = document.getElementById(chosen.card);
    if (!card) return;
    const text = card.querySelector(".abstract > p");
    text.textContent = text.textContent;
    card.querySelector(".back").hidden = true;
    card.classList.remove("chosen");
  }

  // Offsets count characters as Python does, so the text is cut by code points, not UTF-16 units.
  function mark(element, spans) {
    if (!spans.length || element.querySelector("mark")) return;
    const letters = Array.from(element.textContent);
    const pieces = [];
    let at = 0;
    for (const [start, end] of [...spans].sort((a, b) => a[0] - b[0])) {
      if (start < at) continue;
      pieces.push(letters.slice(at, start).join(""));
      const quote = document.createElement("mark");
      quote.textContent = letters.slice(start, end).join("");
      pieces.push(quote);
      at = end;
    }
    pieces.push(letters.slice(at).join(""));
    element.replaceChildren(...pieces);
  }

  const gently = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");

  // Only the column of the sources moves, so that the sentence stays in view beside them.
  function scrollTo(quote) {
    const column = quote.closest(".beside");
    const by = quote.getBoundingClientRect().top - column.getBoundingClientRect().top - column.clientHeight / 3;
    column.scrollBy({ top: by, behavior: gently() });
  }

  // On a narrow screen the column of the sources is a sheet that slides in.
  const open = (element) => element.closest(".beside").classList.add("open");

  function close() {
    for (const column of document.querySelectorAll(".beside")) column.classList.remove("open");
    if (chosen && chosen.from.isConnected) chosen.from.focus();
  }

  function openSources(turn) {
    const section = document.querySelector(`.sources[data-turn="${turn}"]`);
    show(section);
    open(section);
    section.closest(".beside").scrollTo({ top: 0 });
  }

  function show(section) {
    for (const other of section.closest(".beside").querySelectorAll(".sources")) other.hidden = other !== section;
  }

  async function copy(button) {
    try {
      await navigator.clipboard.writeText(button.dataset.text);
      say(button, "Copied");
    } catch {
      say(button, "Not allowed"); // plain http on another machine: the browser refuses the clipboard
    }
  }

  function say(button, word) {
    const before = button.textContent;
    button.textContent = word;
    setTimeout(() => (button.textContent = before), 1500);
  }

  function download(button) {
    const file = new Blob([button.dataset.text], { type: "text/plain" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = button.dataset.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.cite, a.verdict, a.to-card");
    if (link) {
      event.preventDefault();
      follow(link);
      return;
    }
    const button = event.target.closest("button[data-do]");
    if (!button) return;
    const doing = button.dataset.do;
    if (doing === "copy") copy(button);
    if (doing === "download") download(button);
    if (doing === "sources") openSources(button.dataset.turn);
    if (doing === "close" || doing === "back") close();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && chosen) close();
  });

  const redrawn = new MutationObserver(() => {
    const asked = document.querySelectorAll("#conversation .exchange");
    if (asked.length !== turns) {
      unmark();
      chosen = null;
      for (const column of document.querySelectorAll(".beside")) {
        column.classList.remove("open");
        column.scrollTo({ top: 0 });
      }
    }
    if (asked.length > turns) asked[asked.length - 1].scrollIntoView({ block: "start", behavior: gently() });
    turns = asked.length;
    if (chosen) showChosen();
  });
  redrawn.observe(document.documentElement, { childList: true, subtree: true, characterData: true });
})();
