/* What both pages use. Written for the oldest browsers that the form runs on: ES5, and no newer functions. */

function one(id) { return document.getElementById(id); }

function show(node, shown) { if (node) { node.hidden = !shown; } }

function canRun() {
  return Boolean(window.Promise && window.JSON && window.XMLHttpRequest && window.postMessage && document.addEventListener);
}

/* Ends with the parsed answer, or with null where there is none. */
function ask(method, address, body, done) {
  var request = new XMLHttpRequest();
  request.open(method, address, true);
  request.timeout = 8000;
  request.onreadystatechange = function () {
    if (request.readyState !== 4) { return; }
    var answer = null;
    try {
      answer = request.status === 200 ? JSON.parse(request.responseText) : null;
    } catch (unreadable) {
      answer = null;
    }
    done(answer);
  };
  if (body) { request.setRequestHeader('content-type', 'application/json'); }
  request.send(body ? JSON.stringify(body) : null);
}

/*
 * Asks for the result once a second: `ended` where there is one, `open` where there is none after five seconds. The
 * first question goes to the gateway; later ones only read what has come since. What it answers ends the asking.
 */
function awaitResult(status, ended, open) {
  var timer = null;
  var stopped = false;
  var isOpen = false;
  window.setTimeout(function () {
    isOpen = true;
    if (!stopped) { open(); }
  }, 4500);
  function next() {
    if (!stopped) { timer = window.setTimeout(function () { ask('GET', status, null, heard); }, isOpen ? 4000 : 1000); }
  }
  function heard(answer) {
    if (stopped) { return; }
    if (answer && (answer.status === 'paid' || answer.status === 'failed')) {
      stopped = true;
      ended(answer.status);
    } else {
      next();
    }
  }
  ask('POST', status + '/events', {}, heard);
  return function () {
    stopped = true;
    window.clearTimeout(timer);
  };
}
