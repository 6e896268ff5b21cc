// Shows a question when earlier answers on the page ask for it, as the server works it out again when the form is handed
// in. What was typed into a question that is hidden again stays there; it does not count, and comes back with it.
//
// data-asked-if: JSON [{key, options, atLeast, atMost, answered}], all of which have to hold; data-asked-key: the key of
// the question's own answer.

let questions = [];
let fields = [];

function look() {
  questions = [...document.querySelectorAll("[data-asked-if]")].map((element) => ({
    element,
    key: element.dataset.askedKey,
    conditions: JSON.parse(element.dataset.askedIf),
  }));
  fields = [...document.querySelectorAll("main [name]")];
  show();
}

/** What an answer holds now: the values of its fields, without empty ones. */
function given(key) {
  const own = fields.filter(({ name }) => name === key || name.startsWith(`${key}.`));
  const chosen = own.filter(({ type, checked }) => !["radio", "checkbox"].includes(type) || checked);
  return chosen.map(({ value }) => value.trim()).filter(Boolean);
}

function holds({ options, atLeast, atMost, answered }, values) {
  if (answered !== null) return answered === values.length > 0;
  if (options.length) return values.some((value) => options.includes(value));
  return values.some((value) => (atLeast === null || Number(value) >= atLeast) && (atMost === null || Number(value) <= atMost));
}

/** In the order of the page, so that what hangs on a hidden question is hidden too. */
function show() {
  const hidden = new Set();
  for (const { element, key, conditions } of questions) {
    const isAsked = conditions.every((one) => holds(one, hidden.has(one.key) ? [] : given(one.key)));
    if (!isAsked) hidden.add(key);
    element.dataset.isAsked = String(isAsked);
  }
}

document.addEventListener("input", show);
document.addEventListener("change", show);
document.addEventListener("row-added", look);
window.addEventListener("pageshow", show); // browsers fill in again what was typed
look();
