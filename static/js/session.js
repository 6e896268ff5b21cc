// The idle time-out: warns first, keeps the session while somebody is at work, and at the end goes to the sign-in page
// with everything typed put aside. The server decides when a session ends; this only foresees it.

const { userId, idleSeconds, keepAliveUrl, signInUrl, signOutUrl, csrfToken } = document.body.dataset;
const IDLE = Number(idleSeconds) * 1000;
const WARN_BEFORE = Math.min(120_000, IDLE / 2);
const QUIET_KEEP_ALIVE_AFTER = IDLE / 6;
const KEEP_ANSWERS_FOR = 7 * 24 * 60 * 60 * 1000;
const CONTACT_KEY = "last-contact"; // shared by the tabs of one browser: work in one keeps all alive
const DRAFT_KEY = `draft:${userId}:${location.pathname}`;
const SENT_KEY = `sent:${userId}:${location.pathname}`;

const dialog = document.getElementById("idle-warning");
const remainingText = dialog.querySelector("[data-idle-remaining]");
const announcement = dialog.querySelector("[data-idle-announce]");
let lastActivity = Date.now();
let isLeaving = false;

function lastContact() {
  return Number(localStorage.getItem(CONTACT_KEY)) || 0;
}

/** The server has just heard from us: the idle time starts again. */
function contact() {
  localStorage.setItem(CONTACT_KEY, String(Date.now()));
}

function post(url) {
  const token = /csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? csrfToken;
  return fetch(url, { method: "POST", headers: { "X-CSRFToken": token }, redirect: "manual" });
}

async function keepAlive() {
  try {
    const response = await post(keepAliveUrl);
    if (response.ok) {
      contact();
    } else if (response.type === "opaqueredirect" || [401, 403].includes(response.status)) {
      leave();
    }
  } catch {
    // No connection. The next tick tries again; the session may outlast the gap.
  }
}

function inWords(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const minutes = Math.floor(seconds / 60);
  const parts = [];
  if (minutes) parts.push(minutes === 1 ? "1 minute" : `${minutes} minutes`);
  if (seconds % 60 || !minutes) parts.push(seconds % 60 === 1 ? "1 second" : `${seconds % 60} seconds`);
  return parts.join(" ");
}

function tick() {
  if (isLeaving) return;
  const now = Date.now();
  const remaining = lastContact() + IDLE - now;
  if (remaining <= 0) {
    signOut();
  } else if (dialog.open) {
    if (remaining > WARN_BEFORE) dialog.close(); // another tab kept the session
    remainingText.textContent = inWords(remaining);
    // Screen readers hear the time every half minute, not every second.
    if (Math.round(remaining / 1000) % 30 === 0) announcement.textContent = `${inWords(remaining)} left`;
  } else if (lastActivity > lastContact() && now - lastContact() > QUIET_KEEP_ALIVE_AFTER) {
    lastActivity = 0;
    keepAlive();
  } else if (remaining <= WARN_BEFORE) {
    remainingText.textContent = inWords(remaining);
    dialog.showModal();
  }
}

// What was typed into ordinary forms. Answers of an audit are kept by autosave.js.

function draftFields() {
  const fields = document.querySelectorAll(
    "main form[method=post]:not([data-no-draft]) :is(textarea, select, input):not([type=hidden], [type=password], [type=file], [data-autosave-url])",
  );
  return [...fields].filter((field) => field.name);
}

function keepDraft(key) {
  const fields = draftFields();
  const isTouched = (field) =>
    field.type === "radio" || field.type === "checkbox"
      ? field.checked !== field.defaultChecked
      : field.options
        ? [...field.options].some((option) => option.selected !== option.defaultSelected)
        : field.value !== field.defaultValue;
  if (!fields.some(isTouched)) return;
  const kept = fields.map(({ name, type, value, checked }) => ({ name, type, value, checked }));
  sessionStorage.setItem(key, JSON.stringify(kept));
}

/** A form that was sent comes back only from the sign-in page: everywhere else its answer is already on the page. */
function takeDraft() {
  const isBack = document.referrer.startsWith(new URL("/account/", location.origin).href);
  const kept = sessionStorage.getItem(DRAFT_KEY) ?? (isBack ? sessionStorage.getItem(SENT_KEY) : null);
  for (const key of Object.keys(sessionStorage)) {
    if (key === DRAFT_KEY || key.startsWith("sent:")) sessionStorage.removeItem(key);
  }
  return JSON.parse(kept ?? "null");
}

function restoreDraft() {
  const kept = takeDraft();
  if (!kept) return;
  const fields = draftFields();
  // Another page now (a form that was sent, or that changed): leave it alone.
  if (fields.length !== kept.length || fields.some((field, index) => field.name !== kept[index].name)) return;
  fields.forEach((field, index) => {
    if (field.type === "radio" || field.type === "checkbox") {
      field.checked = kept[index].checked;
    } else {
      field.value = kept[index].value;
    }
  });
  const note = document.createElement("div");
  note.className = "govuk-inset-text";
  note.setAttribute("role", "status");
  note.textContent = "We kept what you had typed before you were signed out. It has not been saved yet.";
  document.getElementById("main-content").prepend(note);
}

/** Nobody is there. The server would wait a little longer, and the sign-in page sends back whoever is still signed in. */
async function signOut() {
  isLeaving = true;
  try {
    await post(signOutUrl);
  } catch {
    // No connection: the server ends the session by itself.
  }
  leave("&idle=1");
}

/** Off to the sign-in page, and back here afterwards. */
function leave(reason = "") {
  isLeaving = true;
  keepDraft(DRAFT_KEY);
  const next = encodeURIComponent(location.pathname + location.search);
  location.assign(`${signInUrl}?next=${next}${reason}`);
}

/** Answers that nobody came back for within a week do not stay on a shared computer. */
function forgetOldAnswers() {
  for (const key of Object.keys(localStorage)) {
    const isAnswer = key.startsWith("answer:");
    if (isAnswer && Date.now() - JSON.parse(localStorage.getItem(key)).at > KEEP_ANSWERS_FOR) {
      localStorage.removeItem(key);
    }
  }
}

function forgetEverything() {
  for (const store of [localStorage, sessionStorage]) {
    for (const key of Object.keys(store)) {
      const isOurs = ["answer", "draft", "sent"].some((kind) => key.startsWith(`${kind}:${userId}:`));
      if (isOurs || key === CONTACT_KEY) store.removeItem(key);
    }
  }
}

for (const form of document.querySelectorAll("[data-sign-out]")) {
  form.addEventListener("submit", (event) => {
    const waiting = Object.keys(localStorage).some((key) => key.startsWith(`answer:${userId}:`));
    const question = "Some answers have not been saved yet and would be lost. Sign out all the same?";
    if (waiting && !window.confirm(question)) {
      event.preventDefault();
      return;
    }
    isLeaving = true;
    window.dispatchEvent(new CustomEvent("signing-out"));
    forgetEverything();
  });
}

document.addEventListener("submit", () => keepDraft(SENT_KEY)); // in case the session has ended

for (const name of ["keydown", "pointerdown", "scroll"]) {
  window.addEventListener(name, () => (lastActivity = Date.now()), { passive: true });
}
dialog.querySelector("[data-idle-stay]").addEventListener("click", () => dialog.close());
dialog.addEventListener("close", () => {
  if (!isLeaving && lastContact() + IDLE - Date.now() <= WARN_BEFORE) keepAlive();
});
document.body.addEventListener("htmx:afterOnLoad", contact);
window.addEventListener("answer-saved", contact);

contact();
forgetOldAnswers();
restoreDraft();
setInterval(tick, 1000);
document.addEventListener("visibilitychange", tick); // a laptop that slept finds out at once
