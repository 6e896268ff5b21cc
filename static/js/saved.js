// Says in one place, always in sight, whether everything on the page has been saved. autosave.js keeps what has not
// reached the server in this browser's storage; here it is only counted.

const place = document.querySelector("[data-saved]");
const prefix = `answer:${document.body.dataset.userId}:`;
const PATIENCE = 4000; // milliseconds in which an answer normally arrives
let waitingSince = 0;
let lastSaved = null;

function show() {
  const fields = [...document.querySelectorAll("[data-autosave-url]")];
  const urls = new Set(fields.map((field) => field.dataset.autosaveUrl));
  const waiting = [...urls].filter((url) => localStorage.getItem(prefix + url) !== null).length;
  if (!waiting) waitingSince = 0;
  else waitingSince ||= Date.now();
  const isLong = waiting && Date.now() - waitingSince > PATIENCE;
  const isCutOff = waiting && !navigator.onLine;
  place.classList.toggle("app-saved__state--waiting", Boolean(isLong || isCutOff));
  if (isLong || isCutOff) {
    const waits = waiting === 1 ? "1 answer is not saved yet" : `${waiting} answers are not saved yet`;
    place.textContent = isCutOff ? `No connection: ${waits}` : waits;
  } else if (waiting) {
    place.textContent = "Saving…";
  } else if (lastSaved) {
    place.textContent = `All saved at ${lastSaved}`;
  }
}

document.addEventListener("input", show);
document.addEventListener("change", show);
window.addEventListener("online", show);
window.addEventListener("offline", show);
window.addEventListener("answer-saved", ({ detail }) => {
  lastSaved = detail.time;
  show();
});
setInterval(show, 1000);
