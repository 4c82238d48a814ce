// The place of the settings: what is set and by whom, changed and tried out. A key goes out of here and never comes back.
import { element, get, post } from "./net.js";
import { appearing } from "./places.js";

const KEY = "openai_api_key";
const MEANS = {
  openai_base_url: "Any that speaks the OpenAI protocol, as http://127.0.0.1:11434/v1; for OpenAI's own leave it empty",
  openai_model: "Empty: the server's first that chats",
  check: "model: the language model judges each sentence, too; local: Citewell alone does",
  steps: "For a question that has parts or finds nothing sure",
  max_tokens: "0 leaves it to the server",
};
const RARE = ["max_tokens", "timeout", "retries", "price_prompt", "price_completion"];
let place;
const part = (named) => place.querySelector(`[data-part="${named}"]`);

function said(text, failed) {
  part("said").textContent = text;
  part("said").className = failed ? "failure" : "";
}

function input(one) {
  const shared = { name: one.name, disabled: one.fixed, "aria-describedby": `about-${one.name}` };
  if (one.choices.length) {
    const field = element("select", shared, element("option", { value: "", text: "automatic" }), ...one.choices.map((text) => element("option", { value: text, text })));
    return filled(field, one);
  }
  const isNumber = one.least !== null;
  const hint = one.name === KEY ? (one.is_set ? "Set; write another to replace it" : "None") : one.default && `${one.default} unless set`;
  const field = element("input", { ...shared, type: one.name === KEY ? "password" : isNumber ? "number" : "text", min: isNumber && one.least, max: isNumber && one.most, step: isNumber && "any", placeholder: hint, autocomplete: one.name === KEY ? "new-password" : "off", spellcheck: "false" });
  return filled(field, one);
}

function filled(field, one) {
  field.value = field.dataset.was = one.value;
  return field;
}

function drawn(one) {
  const from = one.fixed ? `${one.variable} comes from ${one.origin} and is changed there.` : one.is_set ? `From ${one.origin}.` : "";
  const about = element("small", { id: `about-${one.name}`, text: [MEANS[one.name], from].filter(Boolean).join(". "), dir: "auto" });
  const row = element("div", { class: "setting" }, element("label", {}, one.label, input(one)), about);
  if (one.name === KEY && one.is_set && !one.fixed) {
    const drop = element("button", { type: "button", class: "quiet", text: "Forget the key" });
    drop.addEventListener("click", () => save({ [KEY]: "" }, "The key is forgotten."));
    row.append(drop);
  }
  return row;
}

function show(told) {
  const rare = told.fields.filter((one) => RARE.includes(one.name));
  const more = element("details", { open: rare.some((one) => one.is_set) }, element("summary", { text: "Limits and prices" }), element("div", { class: "rare" }, ...rare.map(drawn)));
  part("fields").replaceChildren(...told.fields.filter((one) => !rare.includes(one)).map(drawn), more, ...told.withheld.map((text) => element("p", { class: "failure", text })));
  for (const line of document.querySelectorAll(".who-answers")) line.textContent = told.who;
}

// Only what was changed is sent.
function values() {
  const changed = [...part("fields").querySelectorAll("[name]")].filter((field) => field.value !== field.dataset.was);
  return Object.fromEntries(changed.map((field) => [field.name, field.value]));
}

async function save(changed, done) {
  try {
    show(await post("settings", { values: changed }));
    said(done);
  } catch (error) {
    said(error.message, true);
  }
}

async function attempt(button) {
  button.disabled = true;
  said("Asking the model a small question …");
  try {
    const { ok, said: told } = await post("settings/try", { values: values() });
    said(told, !ok);
  } catch (error) {
    said(error.message, true);
  }
  button.disabled = false;
}

async function look() {
  try {
    const state = await get("settings/state");
    const cost = state.cost ? `US$ ${state.cost}` : "nothing, or no prices are set";
    const rows = [["Papers", state.library], ["Embedding model", state.embedding], ["Tokens so far", state.tokens.toLocaleString("en")], ["Cost so far", `${cost} (of the conversations kept here)`]];
    part("state").replaceChildren(...rows.flatMap(([name, text]) => [element("dt", { text: name }), element("dd", { text, dir: "auto" })]));
  } catch (error) {
    part("state").replaceChildren(element("dt", { text: "Not well" }), element("dd", { text: error.message }));
  }
}

function build() {
  part("form").addEventListener("submit", (event) => (event.preventDefault(), save(values(), "Saved; the next question is answered so.")));
  const button = place.querySelector("[data-act=try]");
  button.addEventListener("click", () => attempt(button));
}

export function start() {
  appearing("settings", async (made, isNew) => {
    place = made;
    if (isNew) build();
    look();
    try {
      if (isNew) show(await get("settings"));
    } catch (error) {
      said(error.message, true);
    }
  });
}
