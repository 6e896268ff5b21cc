// Starts the parts of a page: GOV.UK components, print buttons, and what htmx brings in later.

const { initAll } = await import(document.body.dataset.govukFrontend);

initAll();

// Parts that htmx swaps in need their components started too; htmx sends this event for every new part.
document.body.addEventListener("htmx:load", (event) => {
  if (event.detail.elt !== document.body) {
    initAll({ scope: event.detail.elt });
  }
});

// A part that failed to load says so instead of leaving a silent page.
for (const name of ["htmx:sendError", "htmx:responseError"]) {
  document.body.addEventListener(name, ({ detail: { elt } }) => {
    const place = elt.closest("[data-page-errors]") ?? elt.parentElement;
    place.querySelector(":scope > .app-page-error")?.remove();
    const message = document.createElement("p");
    message.className = "govuk-error-message app-page-error";
    message.setAttribute("role", "alert");
    message.textContent = "That did not work. Check your connection and try again.";
    place.prepend(message);
  });
}

// What asks again by itself takes its message back when it comes through.
document.body.addEventListener("htmx:afterOnLoad", ({ detail: { elt, successful } }) => {
  if (successful) elt.closest("[data-page-errors]")?.querySelector(":scope > .app-page-error")?.remove();
});

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
