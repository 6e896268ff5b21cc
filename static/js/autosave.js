// Saves the answers of an audit as they are typed, and never loses one: what has not reached the server is kept in this
// browser until it has, or until its person signs out.
//
// A field carries data-autosave-url, data-answer-version and data-question-key; the fields of an answer in several boxes
// also carry data-answer-part. The server answers a POST of `value` (or `value.<part>`) and `version` with 200 {version,
// saved_at (ISO)}, or with 409 {mine, theirs, version, by} when somebody else saved first, or with another 4xx and
// {message} when the value cannot be saved.

const { userId, signInUrl } = document.body.dataset;
const PAUSE = 800; // milliseconds after the last key
const LONGEST_RETRY = 60_000;
const londonClock = new Intl.DateTimeFormat("en-GB", { hour: "numeric", minute: "2-digit", hour12: false, timeZone: "Europe/London" });
const conflictTemplate = document.getElementById("conflict-template");

/** A moment in London as every page writes it: 2:05pm, 2pm, midday, midnight. */
function londonTime(moment) {
  const { hour, minute } = Object.fromEntries(londonClock.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
  if (minute === 0 && hour % 12 === 0) return hour === 12 ? "midday" : "midnight";
  const minutes = minute ? `:${String(minute).padStart(2, "0")}` : "";
  return `${hour % 12 || 12}${minutes}${hour % 24 < 12 ? "am" : "pm"}`;
}

/** The token of the session as it is now: signing in again, in this tab or another, changes it. */
function csrfToken() {
  return /csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? document.body.dataset.csrfToken;
}

class Answer {
  constructor(url, fields) {
    this.url = url;
    this.storageKey = `answer:${userId}:${url}`;
    this.fields = fields;
    this.parts = fields[0].dataset.answerPart ? fields.map((field) => field.dataset.answerPart) : null;
    this.version = fields[0].dataset.answerVersion;
    this.stands = JSON.stringify(this.values()); // what the server has, as far as this page knows
    this.isSending = false;
    this.isWaiting = false; // for a person's choice, or because the value cannot be saved as it is
    this.retryAfter = 2000;
    this.status = this.addStatus();
    this.watch(fields);
  }

  watch(fields) {
    for (const field of fields) {
      field.addEventListener("input", () => this.changed(PAUSE));
      field.addEventListener("change", () => this.isNew() && this.changed(0));
      field.addEventListener("blur", () => this.isUnsaved() && this.changed(0));
    }
  }

  /** Takes in the fields of a row that was added to the answer. They are empty, as the server has them. */
  extend(fields) {
    const isUnsaved = this.isUnsaved();
    this.fields.push(...fields);
    this.parts.push(...fields.map((field) => field.dataset.answerPart));
    this.stands = JSON.stringify([...JSON.parse(this.stands), ...fields.map((field) => field.value)]);
    if (isUnsaved) this.keep();
    this.watch(fields);
  }

  /** Adds rows until there are so many fields, as far as the table has room. */
  makeRoom(count) {
    for (let had = 0; had < this.fields.length && this.fields.length < count; ) {
      had = this.fields.length;
      this.fields[0].closest("[data-rows]")?.dispatchEvent(new CustomEvent("row-wanted"));
    }
  }

  addStatus() {
    const status = document.createElement("p");
    status.className = "app-autosave";
    status.setAttribute("role", "status");
    // Of an answer in several parts at the end of all of them, not in the first cell of a table.
    const around = this.parts ? "fieldset" : "fieldset, .govuk-form-group";
    (this.fields[0].closest(around) ?? this.fields[0].parentElement).append(status);
    return status;
  }

  say(text, isAttention = false) {
    this.status.classList.toggle("app-autosave--attention", isAttention);
    this.status.textContent = text;
  }

  /** What the fields hold: one value, or several for a group of tick boxes. */
  values() {
    const [first] = this.fields;
    if (this.parts) return this.fields.map((field) => field.value);
    if (this.isChoice()) {
      return this.fields.filter((field) => field.checked).map((field) => field.value);
    }
    return first.multiple ? [...first.selectedOptions].map((option) => option.value) : [first.value];
  }

  setValues(values) {
    const [first] = this.fields;
    if (this.parts) {
      this.fields.forEach((field, place) => (field.value = values[place] ?? ""));
    } else if (this.isChoice()) {
      for (const field of this.fields) field.checked = values.includes(field.value);
    } else if (first.multiple) {
      for (const option of first.options) option.selected = values.includes(option.value);
    } else {
      first.value = values[0] ?? "";
    }
  }

  /** Whether there is anything to send. Leaving a field that was saved while typing is no activity of its own: it would
   * keep the session of somebody who has gone, because the warning takes the focus. */
  isNew() {
    return this.isSending || this.isUnsaved() || JSON.stringify(this.values()) !== this.stands;
  }

  // Kept in the browser

  kept() {
    return JSON.parse(localStorage.getItem(this.storageKey) ?? "null");
  }

  /** Whether what these fields hold has not reached the server. Another tab may keep its own text in the same place. */
  isUnsaved() {
    return JSON.stringify(this.kept()?.values) === JSON.stringify(this.values());
  }

  keep() {
    const entry = { values: this.values(), version: this.version, at: Date.now() };
    localStorage.setItem(this.storageKey, JSON.stringify(entry));
  }

  restore() {
    const kept = this.kept();
    if (!kept) return;
    if (this.parts) {
      // The page shows more rows than it did when the rows of that time have been saved since, and fewer when not.
      this.makeRoom(kept.values.length);
      kept.values.push(...this.fields.slice(kept.values.length).map(() => ""));
      localStorage.setItem(this.storageKey, JSON.stringify(kept));
    }
    if (JSON.stringify(kept.values) === JSON.stringify(this.values())) {
      localStorage.removeItem(this.storageKey); // it had arrived after all
      return;
    }
    this.setValues(kept.values);
    this.version = kept.version; // an older version than the page's makes the server show both texts
    this.send();
  }

  // On its way to the server

  changed(pause) {
    this.keep();
    clearTimeout(this.timer);
    if (this.conflict) return;
    this.isWaiting = false;
    this.timer = setTimeout(() => this.send(), pause);
  }

  /** Sends what is unsaved, if anything; one request at a time. */
  send() {
    if (!this.isSending && !this.isWaiting && this.isUnsaved()) this.sending = this.deliver();
    return this.sending;
  }

  async deliver() {
    clearTimeout(this.timer);
    this.isSending = true;
    const sent = this.values();
    const body = new URLSearchParams([["version", this.version]]);
    const name = (place) => (this.parts ? `value.${this.parts[place]}` : "value");
    (sent.length ? sent : [""]).forEach((value, place) => body.append(name(place), value));
    const headers = { "X-CSRFToken": csrfToken(), Accept: "application/json" };
    const keepalive = body.toString().length < 60_000; // what browsers still send from a page that is left
    let response;
    try {
      response = await fetch(this.url, { method: "POST", body, headers, redirect: "manual", keepalive });
      await this.answered(response, sent);
    } catch {
      this.retry();
    } finally {
      this.isSending = false;
    }
    const hasMore = response?.ok && JSON.stringify(sent) !== JSON.stringify(this.values());
    if (hasMore) this.changed(0); // typed while the answer was on its way
  }

  async answered(response, sent) {
    if (response.ok) {
      this.saved(await response.json(), sent);
    } else if (response.type === "opaqueredirect" || response.status === 401 || response.status === 403) {
      this.signedOut();
    } else if (response.status === 409) {
      this.showConflict(await response.json());
    } else if (response.status >= 500 || response.status === 429) {
      this.retry();
    } else {
      await this.refused(response);
    }
  }

  saved({ version, saved_at: savedAt }, sent) {
    this.version = version;
    this.stands = JSON.stringify(sent);
    for (const field of this.fields) field.dataset.answerVersion = version;
    // The page's own button posts the version too, for browsers that run no scripts.
    const posted = this.fields[0].form?.elements.namedItem(`version__${this.fields[0].dataset.questionKey}`);
    if (posted) posted.value = version;
    if (JSON.stringify(sent) !== JSON.stringify(this.values())) this.keep();
    else if (this.isUnsaved()) localStorage.removeItem(this.storageKey);
    this.retryAfter = 2000;
    const time = londonTime(new Date(savedAt));
    this.say(`Saved ${time}`);
    window.dispatchEvent(new CustomEvent("answer-saved", { detail: { url: this.url, time } }));
  }

  retry() {
    this.say("Not saved yet – we will try again", true);
    this.timer = setTimeout(() => this.send(), this.retryAfter);
    this.retryAfter = Math.min(this.retryAfter * 2, LONGEST_RETRY);
  }

  signedOut() {
    this.say("Not saved yet – you have been signed out. What you typed is kept here. ", true);
    const href = `${signInUrl}?next=${encodeURIComponent(location.pathname + location.search)}`;
    const link = Object.assign(document.createElement("a"), { className: "govuk-link", href });
    link.textContent = "Sign in again";
    this.status.append(link);
  }

  async refused(response) {
    this.isWaiting = true;
    const isJson = response.headers.get("Content-Type")?.includes("json");
    const { message } = isJson ? await response.json() : {};
    this.say(message ?? "Not saved. Copy your text, then load this page again.", true);
  }

  // Two people, one answer

  /** An answer as the server has it, as the values of this answer's fields. */
  fromServer(answer) {
    if (this.parts && Object.keys(answer ?? {}).some((part) => !this.parts.includes(part))) {
      const rows = Object.keys(answer).map((part) => Number.parseInt(part, 10));
      this.makeRoom(Math.max(...rows) * this.fields[0].closest("tr").cells.length);
    }
    if (this.parts) return this.parts.map((part) => answer?.[part] ?? "");
    return [answer ?? ""].flat().map(String);
  }

  inWords(values) {
    if (this.parts) return values.filter(Boolean).join("\n\n") || "(no answer)";
    const labels = values.map((value) => {
      const field = this.fields.find((one) => ["radio", "checkbox"].includes(one.type) && one.value === value);
      const option = [...(this.fields[0].options ?? [])].find((one) => one.value === value);
      return (field?.labels[0] ?? option)?.textContent.trim() ?? value;
    });
    return labels.join(", ") || "(no answer)";
  }

  showConflict({ theirs, version, by }) {
    this.say("Not saved yet – choose which version to keep", true);
    this.isWaiting = true;
    this.conflict?.remove();
    this.conflict = conflictTemplate.content.firstElementChild.cloneNode(true);
    const part = (name) => this.conflict.querySelector(`[data-conflict=${name}]`);
    part("by").textContent = by ?? "Somebody else";
    part("mine").textContent = this.inWords(this.values());
    part("theirs").textContent = this.inWords(this.fromServer(theirs));
    part("keep-mine").addEventListener("click", () => this.settle(version, this.values()));
    part("use-theirs").addEventListener("click", () => this.settle(version, this.fromServer(theirs)));
    this.status.after(this.conflict); // without the focus: who is still typing must not choose by pressing a key
  }

  /** What somebody else wrote here, as long as nothing was typed over it: then saving shows both texts. */
  take(value, version) {
    const values = this.fromServer(value).filter((one) => one !== "" || !this.isChoice());
    const isOld = version < Number(this.version);
    const isBusy = this.isNew() || this.conflict || this.fields.includes(document.activeElement);
    if (isOld || isBusy || JSON.stringify(values) === this.stands) return;
    this.setValues(values);
    Object.assign(this, { version, stands: JSON.stringify(this.values()) });
    this.say("Written by the other person");
  }

  isChoice() {
    return ["radio", "checkbox"].includes(this.fields[0].type);
  }

  askToChoose() {
    this.conflict.querySelector("[data-conflict=keep-mine]").focus();
  }

  /** Sends the chosen text on top of the version that was saved meanwhile. */
  settle(version, values) {
    Object.assign(this, { version, isWaiting: false });
    this.setValues(values);
    this.conflict.remove();
    this.conflict = null;
    this.fields[0].focus();
    this.changed(0);
  }
}

const answers = [];
const answerAt = (url) => answers.find((answer) => answer.url === url);

/** Begins to save what is typed in a part of the page; the answers that were not known before. */
function watchFields(part) {
  const groups = new Map();
  for (const field of part.querySelectorAll("[data-autosave-url]")) {
    const url = field.dataset.autosaveUrl;
    groups.set(url, [...(groups.get(url) ?? []), field]);
  }
  const isKnown = ([url]) => answerAt(url);
  for (const [url, fields] of [...groups].filter(isKnown)) answerAt(url).extend(fields);
  const found = [...groups].filter((one) => !isKnown(one)).map(([url, fields]) => new Answer(url, fields));
  answers.push(...found);
  return found;
}

/** Adds the rows that were typed into and have not reached the server, when the page does not show them yet. */
function showKeptRows() {
  const prefix = `answer:${userId}:`;
  const rowOf = /__r(\d+)$/;
  const isOfThePage = (url) => rowOf.test(url) && answerAt(url.replace(rowOf, "__r1"));
  for (const url of Object.keys(localStorage).filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length))) {
    for (let had = -1; isOfThePage(url) && !answerAt(url) && had < answers.length; ) {
      had = answers.length;
      document.querySelector("table[data-rows]")?.dispatchEvent(new CustomEvent("row-wanted"));
    }
  }
}

const sendAll = () => answers.forEach((answer) => answer.send());

document.addEventListener("row-added", ({ target }) => watchFields(target).forEach((answer) => answer.restore()));
watchFields(document).forEach((answer) => answer.restore());
showKeptRows();
window.addEventListener("online", sendAll);
window.addEventListener("online", () => document.querySelector("[data-no-connection]")?.remove());
window.addEventListener("focus", sendAll); // after signing in again in another tab
window.addEventListener("pagehide", sendAll); // typed in the moment before a click on another page
window.addEventListener("written-elsewhere", ({ detail: { form, version, values } }) => {
  for (const answer of answers) {
    const { questionKey } = answer.fields[0].dataset;
    if (answer.fields[0].form === form && questionKey in values) answer.take(values[questionKey], version);
  }
});
window.addEventListener("signing-out", () => answers.forEach((answer) => clearTimeout(answer.timer)));

// The page's own button: what is still on its way goes first, so that one person's two ways of saving do not meet as a
// conflict. An answer that waits for a choice keeps the page, and so does a device without a connection, which could only
// show the browser's own error page. A server that does not answer lets the page go on: the answers are kept here.
/** Beside the button that was pressed, until the connection is back. */
function sayNoConnection(button) {
  document.querySelector("[data-no-connection]")?.remove();
  const message = Object.assign(document.createElement("p"), { className: "app-autosave app-autosave--attention" });
  message.setAttribute("role", "alert");
  message.dataset.noConnection = "";
  button.before(message);
  message.textContent = "There is no connection. What you typed is kept here and saved when the connection is back.";
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

for (const form of new Set(answers.map((answer) => answer.fields[0].form).filter(Boolean))) {
  form.addEventListener("submit", async (event) => {
    if (navigator.onLine && (!answers.some((answer) => answer.isUnsaved()) || form.dataset.isFlushed)) return;
    event.preventDefault();
    const { submitter } = event;
    if (!navigator.onLine) {
      sayNoConnection(submitter);
      return;
    }
    await Promise.race([Promise.all(answers.map((answer) => answer.send())), pause(3000)]);
    const undecided = answers.find((answer) => answer.conflict);
    if (undecided) {
      undecided.askToChoose();
      return;
    }
    form.dataset.isFlushed = "true";
    form.requestSubmit(submitter);
  });
}
