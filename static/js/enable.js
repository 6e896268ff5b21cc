// Tells the stylesheet, before anything is drawn, that scripts run. A file of its own because the page's security
// policy allows no inline script.
document.body.classList.add("js-enabled");
if ("noModule" in HTMLScriptElement.prototype) {
  document.body.classList.add("govuk-frontend-supported");
}
