"use strict";
// Notices carry ids and no client data: what changed is fetched again as a fragment, where it stands.
(() => {
  const body = document.body;
  const words = document.getElementById("words").dataset;
  const live = document.getElementById("live");
  const panel = document.getElementById("panel");
  const rows = document.getElementById("rows");
  const fresh = document.getElementById("fresh");

  const show = (on) => {
    live.textContent = on ? words.live : words.away;
    live.className = on ? "live on" : "live off";
    for (const button of document.querySelectorAll(".acts button")) {
      button.disabled = !on || "barred" in button.dataset;
    }
  };
  // What a hand was in is found again by its place: a field by its name, a link by its target.
  const mark = (region, element) => {
    if (!element || !region.contains(element)) return null;
    const name = element.name, value = element.value;
    if (name && element.tagName === "BUTTON") return `button[name="${name}"][value="${value}"]`;
    if (name) return `[name="${name}"]`;
    return element.href ? `a[href="${CSS.escape(element.getAttribute("href"))}"]` : null;
  };
  // A notice never undoes what a reader began: choices and focus outlive the new text.
  const replace = (region, html) => {
    const place = mark(region, document.activeElement);
    const chosen = [...region.querySelectorAll("select")].map((e) => [e.name, e.value]);
    region.innerHTML = html;
    window.htmx.process(region);
    for (const [name, value] of chosen) {
      const select = region.querySelector(`select[name="${name}"]`);
      if (select && [...select.options].some((o) => o.value === value)) select.value = value;
    }
    if (place) region.querySelector(place)?.focus();
  };
  const asked = new Map();
  const fetchAgain = (region, mayReplace = () => true) => {
    const turn = (asked.get(region) ?? 0) + 1;
    asked.set(region, turn);
    return fetch(region.dataset.refresh, { headers: { "HX-Request": "true" } })
      .then((answer) => (answer.ok ? answer.text() : Promise.reject(answer.status)))
      .then((html) => {
        // Answers may overtake each other: the one asked for last is the newest.
        if (asked.get(region) === turn && mayReplace()) replace(region, html);
      })
      .catch(() => show(false));
  };
  // Rows never jump under a reader's hand: with focus inside, a button offers them.
  const isRead = () => {
    if (!rows.contains(document.activeElement)) return false;
    fresh.textContent = fresh.dataset.one;
    fresh.hidden = false;
    return true;
  };

  // A clock shows what was left when its text was made, less the time since: no clock is compared.
  const born = new WeakMap();
  const tick = () => {
    for (const clock of document.querySelectorAll("[data-left]")) {
      if (!born.has(clock)) born.set(clock, performance.now());
      const passed = Math.floor((performance.now() - born.get(clock)) / 1000);
      const left = Number(clock.dataset.left) - passed;
      const two = String(left % 60).padStart(2, "0");
      const text = left > 0 ? `${Math.floor(left / 60)}:${two}` : clock.dataset.over;
      if (clock.textContent !== text) clock.textContent = text;
    }
  };
  tick();
  setInterval(tick, 250);

  // What bars a talk may end by time alone, which no notice tells; the bank's clock is not ours.
  setInterval(() => { if (panel?.querySelector("[data-again]")) fetchAgain(panel); }, 15000);

  // What is not here may come with any notice, or came while the stream opened: the page asks for
  // itself again, once a second at most, and is loaded when it is there.
  let isAsking = false, isWanted = false;
  const askAgain = () => {
    if (isAsking) { isWanted = true; return; }
    isAsking = true;
    fetch(location.href, { headers: { "Awaits": "1" } })
      .then((answer) => { if (answer.status === 200) location.reload(); })
      .catch(() => show(false))
      .finally(() => setTimeout(() => {
        isAsking = false;
        if (isWanted) { isWanted = false; askAgain(); }
      }, 1000));
  };

  if (body.dataset.stream) {
    const stream = new EventSource(body.dataset.stream);
    stream.addEventListener("open", () => { show(true); if ("awaits" in body.dataset) askAgain(); });
    stream.addEventListener("error", () => show(false));
    stream.addEventListener("notice", (event) => {
      if ("awaits" in body.dataset) { askAgain(); return; }
      const notice = JSON.parse(event.data);
      const { subject, also } = body.dataset;
      const named = [notice.subject, notice.client];
      if (panel && (named.includes(subject) || (also && notice.subject === also))) {
        const said = document.getElementById("said");
        fetchAgain(panel).then(() => { if (said) said.textContent = ""; });
      } else if (rows && ["task", "queue", "handover"].includes(notice.kind)) {
        if (!isRead()) fetchAgain(rows, () => !isRead());
      }
    });
  } else {
    live.textContent = "";
  }
  if (fresh) fresh.addEventListener("click", () => {
    fresh.hidden = true;
    fetchAgain(rows);
  });

  const links = () => [...document.querySelectorAll("a.row")];
  const move = (step) => {
    const all = links();
    if (!all.length) return;
    const at = all.indexOf(document.activeElement);
    all[Math.min(all.length - 1, Math.max(0, at + step))].focus();
  };
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (/^(input|select|textarea)$/i.test(event.target.tagName)) return;
    const key = event.key.toLowerCase();
    if (key === "j" || event.key === "ArrowDown") move(1);
    else if (key === "k" || event.key === "ArrowUp") move(-1);
    else if (key === "?") {
      const help = document.querySelector(".keys");
      if (help) help.open = !help.open;
    } else {
      const button = document.querySelector(`button[data-key="${CSS.escape(event.key)}"]`);
      if (!button || button.disabled) return;
      // A reason, outcome or desk is chosen first: the key leads to the choice.
      const choice = button.closest("fieldset")?.querySelector("select");
      if (choice && !choice.value) choice.focus();
      else button.click();
    }
    event.preventDefault();
  });
})();
