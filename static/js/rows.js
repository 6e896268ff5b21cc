// Adds an empty row to a table of answers at once, where the page would otherwise have to be saved first.
//
// data-rows on a table: what a row is called, such as Child; data-most: how many there can be. The template beside it,
// data-next-row, holds the row that comes next, with its number. The button, data-add-row, has as its value what it says
// while scripts run, if that is another thing. Other scripts ask for a row with the event "row-wanted" at the table, and
// learn of it from "row-added" at the row. Both are done with when dispatchEvent returns.

const ATTRIBUTES = ["id", "name", "for", "aria-describedby", "data-answer-part", "data-autosave-url", "data-question-key", "data-asked-if", "data-asked-key"];

/** The row of the template under another number: its names, and the title that its labels begin with. */
function nextRow(template, label, number) {
  const row = template.content.querySelector("tr").cloneNode(true);
  const first = template.dataset.nextRow;
  const numbers = new RegExp(`(__r|row-|\\.|^)${first}(?=\\.|[^0-9.]|$)`, "g");
  for (const element of [row, ...row.querySelectorAll("*")]) {
    for (const name of ATTRIBUTES) {
      const value = element.getAttribute(name);
      if (value !== null) element.setAttribute(name, value.replace(numbers, `$1${number}`));
    }
    for (const text of element.childNodes) {
      if (text.nodeType !== Node.TEXT_NODE) continue;
      const title = text.data.trimStart();
      if (title.startsWith(`${label} ${first}`)) text.data = title.replace(`${label} ${first}`, `${label} ${number}`);
    }
  }
  return row;
}

for (const table of document.querySelectorAll("[data-rows]")) {
  const body = table.tBodies[0];
  const template = table.parentElement.querySelector(":scope > [data-next-row]");
  const place = table.closest(".app-question") ?? table.closest("form");
  const button = place.querySelector("[data-add-row]");
  const most = Number(table.dataset.most);

  const add = () => {
    if (body.rows.length >= most) return null;
    const row = nextRow(template, table.dataset.rows, body.rows.length + 1);
    body.append(row);
    button.hidden = body.rows.length >= most;
    row.dispatchEvent(new CustomEvent("row-added", { bubbles: true }));
    return row;
  };

  table.addEventListener("row-wanted", add);
  button.addEventListener("click", (event) => {
    event.preventDefault(); // without scripts it saves the page
    add()?.querySelector("input:not([type=hidden]), select, textarea").focus();
  });
  button.hidden = false;
  if (button.dataset.addRow) button.textContent = button.dataset.addRow;
  place.querySelector("[data-without-script]")?.remove();
}
