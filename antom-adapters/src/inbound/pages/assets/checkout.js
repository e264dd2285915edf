/* The checkout page: pay once, ask before paying again, and never believe the browser about the result. */

var pay = one('pay');
var isBusy = false;

function busy(is, text) {
  isBusy = is;
  show(one('busy'), is);
  if (is) { say(text || 'loading'); }
  if (pay && told.integration === 'session') { pay.disabled = is; }
}

/* Unless something else is called for meanwhile, as by another tab. */
function later(milliseconds, act) {
  var mine = turn;
  window.setTimeout(function () { if (mine === turn) { act(); } }, milliseconds);
}

/* The SDK clears up behind a closed form for a while, and would take the next one with it. */
function restLater(text) {
  busy(true);
  release(function () { later(1200, function () { rest(text); }); });
}

/* Back to where the buyer may begin. */
function rest(text) {
  busy(false);
  say(text);
  show(pay, true);
}

function goOn() {
  if (told.integration === 'hosted') { return rest(''); }
  release(function () { start(); });
}

function stands(answer) {
  var stand = answer ? answer.stand : 'none';
  if (stand === 'over') { return toResult(); }
  busy(false);
  if (stand === 'unknown') { return question(goOn); }
  if (stand === 'preparing') {
    say('preparing');
    return later(2000, start);
  }
  if (stand === 'none') { return rest('noNetwork'); }
  say(stand);
  show(pay, false);
}

/* Gets the session and shows the form. */
function start() {
  var mine = turn;
  if (isBusy || component) { return; }
  if (!told.sdk) { return say('notSetUp'); }
  busy(true);
  show(pay, false);
  loadScript(function (isThere) {
    if (mine !== turn) { return; }
    if (!isThere) { return rest('blocked'); }
    ask('POST', told.session, null, function (answer) {
      if (mine !== turn) { return; }
      if (!answer || !answer.sessionData) { return stands(answer); }
      /* In a form of the SDK nobody tells us when the buyer pays. */
      if (isPopup) { mark(true); }
      create(answer, heard);
    });
  });
}

function afterResult(event, step) {
  hasEnded = true;
  mark(true);
  report(event, function (answer) {
    if (answer && answer.status !== 'processing') { return toResult(); }
    release(function () {
      busy(false);
      question(goOn, step === 'confirmFailure' ? 'notPaid' : '');
    });
  });
}

function heard(event) {
  var code = event.code;
  if (code === 'ready') { return isSubmitted || shown(); }
  var step = Object.prototype.hasOwnProperty.call(told.steps, code) ? told.steps[code] : 'askServer';
  if (step === 'startLoading') { return busy(true); }
  /* The SDK takes a submit() only after its promise; until then an embedded form has no button. */
  if (step === 'endLoading') { return show(one('busy'), false); }
  if (step === 'nothing') { return mark(true); }
  if (step === 'completeForm') {
    isSubmitted = false;
    if (!isPopup) { mark(false); }
    busy(false);
    return say('incomplete');
  }
  if (step === 'showResultPage') {
    hasEnded = true;
    mark(true);
    return report(event, function () { release(toResult); });
  }
  if (step === 'reuseOrRenewSession') {
    if (isSubmitted) { return afterResult(event); }
    mark(false);
    return restLater('left');
  }
  if (step === 'fixParameters' || step === 'contactSupport') {
    /* It may come by both callbacks and by the promise; the release makes the others count no more. */
    if (isSubmitted) { return afterResult(event); }
    mark(false);
    report(event);
    return restLater('problem');
  }
  return afterResult(event, step);
}

/* The form is there. */
function shown() {
  busy(false);
  say('');
  show(pay, !isPopup);
}

function address() {
  var form = one('billing');
  if (!form) { return null; }
  var given = {};
  for (var i = 0; i < form.elements.length; i += 1) {
    var field = form.elements[i];
    var value = field.name ? field.value.replace(/^\s+|\s+$/g, '') : '';
    if (value) { given[field.name] = field.name === 'region' ? value.toUpperCase() : value; }
  }
  var isGiven = /^[A-Z]{2}$/.test(given.region || '');
  form.elements.region.setAttribute('aria-invalid', String(!isGiven));
  return isGiven ? given : false;
}

function pressed() {
  if (isBusy) { return; }
  if (!component) { return isMarked() ? question(goOn) : start(); }
  if (isSubmitted) { return; }
  var given = address();
  if (given === false) {
    say('regionWrong');
    return one('billing').elements.region.focus();
  }
  mark(true);
  busy(true, 'askingText');
  submit(given, heard);
}

/* The methods come when they come; nothing waits for them. */
function listed(answer) {
  var methods = (answer && answer.methods) || [];
  function entry(list, method) {
    var item = document.createElement('li');
    var link = document.createElement('a');
    link.href = method.href;
    if (method.logo) { picture(link.appendChild(document.createElement('img')), method.logo); }
    link.appendChild(document.createElement('span')).textContent = method.name;
    item.appendChild(link);
    list.appendChild(item);
  }
  function picture(image, address) {
    image.alt = '';
    image.onerror = function () { show(image, false); };
    image.src = address;
    show(image, true);
  }
  for (var i = 0; i < methods.length; i += 1) {
    var method = methods[i];
    if (method.isOwn) {
      one('own-name').textContent = method.name;
      if (method.logo) { picture(one('own-logo'), method.logo); }
      for (var j = 0; j < method.brands.length; j += 1) {
        if (method.brands[j].href) {
          show(one('brands'), true);
          entry(one('brands').getElementsByTagName('ul')[0], method.brands[j]);
        }
      }
    } else if (method.href) {
      show(one('others'), true);
      entry(one('others').getElementsByTagName('ul')[0], method);
    }
  }
}

/* What the page does when it comes into sight: for the first time, or by the way back. */
function arrive() {
  if (told.stand === 'unknown' || isMarked()) { return question(goOn); }
  if (told.integration === 'hosted') { return; }
  if (told.stand === 'preparing') { return later(2000, start); }
  if (told.stand !== 'payable') { return; }
  if (!isPopup) { return start(); }
  rest('');
}

function begin() {
  if (!canRun()) {
    one('say').textContent = told.texts.tooOld;
    return;
  }
  if (told.integration === 'hosted') {
    var ways = document.querySelectorAll('a.leave');
    var leave = function () { mark(true); };
    for (var i = 0; i < ways.length; i += 1) { ways[i].addEventListener('click', leave); }
  } else if (pay) {
    pay.addEventListener('click', pressed);
  }
  window.addEventListener('pagehide', function () { release(); });
  window.addEventListener('pageshow', function (event) {
    if (event.persisted) {
      isLeaving = false;
      busy(false);
      arrive();
    }
  });
  /* Another tab pays, or has paid. */
  window.addEventListener('storage', function (event) {
    if (event.key !== told.mark || !event.newValue || isSubmitted) { return; }
    release(function () {
      busy(false);
      question(goOn);
    });
  });
  if (told.stand === 'payable') { ask('GET', told.methods, null, listed); }
  arrive();
}

begin();
