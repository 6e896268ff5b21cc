// What good looks like and the prompts are open or closed as this reader last left them, in all sections. Who has not
// chosen yet sees guidance open where there is room for it beside the questions; on a phone it is a tap away.

const { userId } = document.body.dataset;
const hasRoom = matchMedia("(min-width: 60rem)").matches;

function remember(kind, selector, isOpenAtFirst) {
  const key = `reading:${userId}:${kind}`; // forgotten by session.js at sign-out
  const chosen = localStorage.getItem(key);
  for (const text of document.querySelectorAll(selector)) {
    text.open = chosen ? chosen === "open" : isOpenAtFirst(text);
    // A click, also by keyboard, is the reader's own choice; a toggle event would come for the line above too.
    const keepChoice = () => localStorage.setItem(key, text.open ? "closed" : "open");
    text.querySelector("summary").addEventListener("click", keepChoice);
  }
}

remember("guidance", ".app-guidance", (text) => hasRoom && text.closest(".app-section") !== null);
remember("prompts", ".app-prompts", (text) => text.open);
