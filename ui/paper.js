// A paper's own page: its abstract, its fields to change, what is near to it, and where it was cited.
import { element, get, post, toast } from "./net.js";
import { typesetText } from "./maths.js";

export async function openPaper(id, holder) {
  if (holder.dataset.id === id) return;
  holder.dataset.id = id;
  holder.replaceChildren(element("p", { class: "waiting", text: "Opening …" }));
  try {
    const found = await get(`paper?id=${encodeURIComponent(id)}`);
    if (holder.dataset.id !== id) return; // another one was opened meanwhile
    holder.innerHTML = found.html; // made by the server, everything foreign in it escaped
    for (const text of holder.querySelectorAll("h1, .paper-abstract, bdi")) typesetText(text);
    holder.querySelector("h1").focus({ preventScroll: true });
  } catch (error) {
    holder.replaceChildren(element("p", { class: "failure", role: "alert", text: error.message }));
  }
  scrollTo({ top: 0 });
}

export async function savePaper(form, holder, undo, renew) {
  const fields = Object.fromEntries(new FormData(form));
  const id = form.closest(".paper-page").dataset.id;
  const again = () => {
    holder.dataset.id = "";
    renew();
    openPaper(id, holder);
  };
  fields.authors = fields.authors.split(";").map((name) => name.trim()).filter(Boolean);
  fields.year = /^\d{4}$/.test(fields.year.trim()) ? Number(fields.year) : null;
  try {
    await post("paper/edit", { id, fields });
    again();
    toast("Saved.", "Undo", async () => (await undo(), again()));
  } catch (error) {
    toast(error.message);
  }
}
