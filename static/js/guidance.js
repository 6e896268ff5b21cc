// Opens what good looks like where there is room for it beside the questions; on a phone it is a tap away.

if (matchMedia("(min-width: 60rem)").matches) {
  for (const guidance of document.querySelectorAll(".app-section .app-guidance")) guidance.open = true;
}
