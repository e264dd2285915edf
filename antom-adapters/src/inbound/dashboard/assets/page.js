// Keeps an open page new, and a form from being sent twice. Every page works without it.

const EVERY_MS = 4000;
let tag = null;

/** Whether somebody is about to use something in this part of the page. */
function isInUse(part) {
  const active = document.activeElement;
  return (active !== document.body && part.contains(active)) || part.querySelector('details[open]') !== null;
}

/** Puts the new text of every live part in the place of the old; false where somebody is busy there. */
function renew(text) {
  const fresh = new DOMParser().parseFromString(text, 'text/html');
  let whole = true;
  for (const part of document.querySelectorAll('[data-live]')) {
    const next = fresh.getElementById(part.id);
    if (!next || next.innerHTML === part.innerHTML) { continue; }
    if (isInUse(part)) { whole = false; continue; }
    part.replaceChildren(...next.childNodes);
  }
  return whole;
}

async function look() {
  if (document.hidden || !document.querySelector('[data-live]')) { return; }
  const headers = tag ? { 'if-none-match': tag } : {};
  let answer;
  try {
    // A page that was answered to a form has the address of the form: it is read where it is shown.
    const address = location.pathname.replace(/\/act$/, '') + location.search;
    answer = await fetch(address, { headers, credentials: 'same-origin' });
  } catch {
    document.body.dataset.lost = '';
    return;
  }
  delete document.body.dataset.lost;
  if (answer.redirected) { location.assign('/dashboard/sign-in'); return; }
  if (answer.status !== 200) { return; }
  if (renew(await answer.text())) { tag = answer.headers.get('etag'); }
}

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!form.matches('[data-once]')) { return; }
  if (form.dataset.sent !== undefined) { event.preventDefault(); return; }
  form.dataset.sent = '';
});

// A page that comes back from the browser's memory may be sent again: it is then the same request.
addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('[data-sent]')) { delete form.dataset.sent; }
});

setInterval(look, EVERY_MS);
