// Puts what the stream brings in its place, and says so when nothing new comes. Without this file the page loads itself anew.
const live = document.getElementById("live");
const stale = document.getElementById("stale");
const PATIENCE = 45_000;

if (live.dataset.stream) listen();

function listen() {
  let heard = Date.now();
  let pending = null;
  const source = new EventSource(live.dataset.stream);
  source.addEventListener("view", (event) => {
    heard = Date.now();
    // Nothing is taken from under the finger or the focus of who is reading it.
    if (live.contains(document.activeElement)) pending = event.data;
    else show(event.data);
  });
  source.addEventListener("trouble", () => tell());
  source.addEventListener("error", () => {
    if (Date.now() - heard > PATIENCE) tell();
    // Refused for good (too many listeners, or signed out): the page itself says why.
    if (source.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 60_000);
  });
  live.addEventListener("focusout", () => {
    if (pending !== null) setTimeout(() => { if (pending && !live.contains(document.activeElement)) show(pending); });
  });

  function show(html) {
    pending = null;
    const isOpen = live.querySelector("details")?.open;
    live.innerHTML = html;
    if (isOpen) live.querySelector("details")?.setAttribute("open", "");
    stale.textContent = "";
  }
}

function tell() {
  const clock = live.querySelector(".now b")?.textContent ?? "";
  const words = stale.dataset.words.replace("{clock}", clock);
  if (stale.textContent !== words) stale.textContent = words;
}
