// Looks every few seconds, while the page is in sight, for what the other person wrote meanwhile. That keeps nobody signed
// in: a page that lies open is not somebody at work.
//
// A part with data-look has its hx-get sent; a form with data-look-url is answered with its fields by name and their
// version, which autosave.js takes over where nothing else was typed.

const EVERY = 5000; // milliseconds
const headers = { Accept: "application/json", "X-Unattended": "1" };

async function ask(form) {
  let response;
  try {
    response = await fetch(form.dataset.lookUrl, { headers, redirect: "manual" });
  } catch {
    return; // No connection. The next look tries again, and what is typed here says so itself.
  }
  if (!response.ok) return;
  const { version, ...values } = await response.json();
  window.dispatchEvent(new CustomEvent("written-elsewhere", { detail: { form, version, values } }));
}

function look() {
  if (document.hidden) return;
  for (const part of document.querySelectorAll("[data-look]")) part.dispatchEvent(new Event("look"));
  for (const form of document.querySelectorAll("[data-look-url]")) ask(form);
}

setInterval(look, EVERY);
document.addEventListener("visibilitychange", look);
