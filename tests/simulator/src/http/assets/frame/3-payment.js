// ---- the way to the server

function call(method, path, input, done) {
  var request = new XMLHttpRequest();
  request.open(method, path, true);
  request.setRequestHeader('Accept', 'application/json');
  request.timeout = 20000;
  if (input) { request.setRequestHeader('Content-Type', 'application/json'); }
  request.onloadend = function () {
    var answer = null;
    try { answer = JSON.parse(request.responseText); } catch (error) { answer = null; }
    done(request.status, answer);
  };
  request.send(input ? JSON.stringify(input) : null);
}

function entered(address) {
  var input = { paymentSessionData: session.paymentSessionData };
  var saved = isCard() && chosenSavedCard();
  if (saved) {
    input.paymentMethodId = saved;
    input.cvv = field('savedCvv').value.trim();
  } else if (isCard()) {
    ['cardNo', 'expiry', 'cvv', 'cardholderName'].forEach(function (name) {
      input[name] = field(name).value.trim();
    });
    input.store = field('store').checked;
    input.installmentNum = field('installmentNum').value.trim();
  }
  var typed = {};
  Array.prototype.forEach.call(form.querySelectorAll('[name^="billingAddress."]'), function (one) {
    if (one.value.trim()) { typed[one.name.slice(15)] = one.value.trim(); }
  });
  input.billingAddress = address || typed;
  return input;
}

// Starts a payment; `outcome` is set by the buttons for tests only, `callbackId` by the merchant's submit().
function submit(outcome, address, callbackId) {
  if (busy || over || challenge) {
    answerSubmission(callbackId, { code: 'SDK_DUPLICATE_SUBMISSION_BEHAVIOR', message: 'The payment is under way or over.' });
    return;
  }
  if (!outcome && !validate()) {
    var failed = { code: 'SDK_FORM_VERIFICATION_FAILED', message: 'The form is not complete.' };
    var first = form.querySelector('[aria-invalid]');
    if (first) { first.focus(); }
    answerSubmission(callbackId, failed);
    send('onEventCallback', failed);
    return;
  }
  busy = true;
  byId('pay').disabled = true;
  if (callbackId) { waiting.push(callbackId); }
  askMerchant(function () {
    tell('', '');
    var input = entered(address);
    if (outcome) { input.outcome = outcome; }
    call('POST', '/checkout/api/submit', input, function (status, told) {
      busy = false;
      byId('pay').disabled = false;
      settle(status, told, outcome);
    });
  });
}

// onBeforeSubmit of the merchant; without one the SDK answers at once that there is none. AMSElement has no such thing.
function askMerchant(go) {
  if (isElement) { go(); return; }
  var timer = window.setTimeout(function () { beforeSubmit({ result: 'TIMEOUT' }); }, BEFORE_SUBMIT_MS);
  beforeSubmit = function (answered) {
    beforeSubmit = null;
    window.clearTimeout(timer);
    var verdict = answered && answered.result;
    if (verdict !== 'CANCEL' && verdict !== 'ERROR') { go(); return; }
    busy = false;
    byId('pay').disabled = false;
    finish({ code: verdict === 'ERROR' ? 'SDK_PAYMENT_ERROR' : 'SDK_PAYMENT_CANCEL', message: 'Stopped by onBeforeSubmit.' });
  };
  send('beforeSubmit', { paymentMethodType: session.method });
}

// Tells the merchant: the pending submit() first, then the event.
function finish(event) {
  var callbackId = waiting.shift();
  while (callbackId) {
    answerSubmission(callbackId, event);
    callbackId = waiting.shift();
  }
  send('onEventCallback', event);
}

// ---- what the server says

function resultOf(told) {
  return {
    result: told.result,
    paymentResultCode: told.paymentResultCode,
    paymentResultMessage: told.paymentResultMessage,
    paymentStatus: told.paymentStatus,
    redirectUrls: { normalUrl: told.redirectUrl },
    cardPaymentResultInfo: told.cardPaymentResultInfo
  };
}

function settle(status, told, outcome) {
  if (!told || status === 0 || status >= 500) {
    tell('bad', word('trouble'));
    finish({ code: 'SDK_PAYMENT_ERROR', message: 'The server did not answer.' });
    return;
  }
  if (told.fields) {
    tell('bad', word('trouble'), told.fields.join(', '));
    finish({ code: 'SDK_FORM_VERIFICATION_FAILED', message: 'The form is not complete.' });
    return;
  }
  if (!told.paymentStatus) {
    tell('bad', word('trouble'), told.error && told.error.code);
    finish({ code: 'SDK_PAYMENT_ERROR', message: told.error && told.error.message });
    return;
  }
  if (told.challenge) { startChallenge(told.challenge); return; }
  if (outcome === 'cancel') { leave(); return; }
  conclude(told);
}

function conclude(told) {
  var event = { message: told.paymentResultMessage, result: resultOf(told) };
  if (told.paymentStatus === 'SUCCESS') {
    event.code = 'SDK_PAYMENT_SUCCESSFUL';
    close('good', word('paid'), told);
  } else if (told.paymentStatus === 'PENDING') {
    event.code = 'SDK_PAYMENT_PROCESSING';
    close('', word('undecided'), told);
  } else if (told.canTryAgain) {
    event.code = 'SDK_PAYMENT_FAIL';
    tell('bad', word('declined'), told.paymentResultCode);
  } else if (told.paymentStatus === 'EXPIRED') {
    event.code = 'SDK_PAYMENT_ERROR';
    close('bad', word('expired'), told);
  } else {
    event.code = 'SDK_PAYMENT_FAIL';
    close('bad', told.paymentStatus === 'CANCELLED' ? word('cancelled') : word('failed'), told);
  }
  finish(event);
  if (over && !stays && told.redirectUrl) {
    send('onRedirect', { normalUrl: told.redirectUrl, applinkUrl: '', schemeUrl: '' });
  }
}

// Nothing more can be done here; leaving is no cancel any more.
function close(kind, sentence, told) {
  over = true;
  show(form, false);
  send('setAllowRetention', false);
  send('declareEventCallbackInfo', { popWindowEventInfo: { enableCallback: false } });
  tell(kind, sentence, told.paymentStatus === 'FAIL' ? told.paymentResultCode : '');
}

function leave() {
  if (popup) { send('onClose', {}); return; }
  finish({ code: 'SDK_PAYMENT_CANCEL', message: 'The buyer left.', result: cancelResult() });
}

function cancelResult() {
  return { result: { resultCode: 'USER_CANCELED', resultStatus: 'F', resultMessage: 'The buyer left.' } };
}

// ---- 3-D Secure: a dialog over the page, or inside the popup, which has no room for a dialog

function startChallenge(asked) {
  challenge = asked;
  var address = window.location.protocol + '//' + window.location.host + asked.path;
  if (hasDialog()) {
    // The SDK adds the query of this page, by which the dialog knows whom to tell.
    send('popupWindow', { url: address, device: screen.width < 640 ? 'mobile' : 'desktop' });
    return;
  }
  show(form, false);
  byId('challenge').src = address + window.location.search + '&inside=true';
  show(byId('challenge'), true);
  resize();
}

// A popup has no room for a dialog, and AMSElement knows none.
function hasDialog() { return !popup && !isElement; }

function endChallenge(answered) {
  if (!challenge || answered.challenge !== challenge.id) { return; }
  challenge = null;
  if (hasDialog()) {
    send('popWindow');
  } else {
    show(byId('challenge'), false);
    byId('challenge').src = 'about:blank';
    show(form, true);
  }
  if (answered.answer === 'abandon') {
    finish({ code: 'SDK_PAYMENT_CANCEL', message: 'The buyer left the authentication.', result: cancelResult() });
    resize();
    return;
  }
  look(function (told) {
    if (over) { return; }
    if (told.paymentStatus !== 'PROCESSING') { conclude(told); return; }
    finish({ code: 'SDK_PAYMENT_ERROR', message: 'The question of the bank was void.' });
    resize();
  });
}

function look(done) {
  var path = '/checkout/api/status?paymentSessionData=' + encodeURIComponent(session.paymentSessionData);
  call('GET', path, null, function (status, told) {
    if (status === 200 && told && told.paymentStatus) { done(told); }
  });
}

// Somebody else may end the payment: another tab, or a test through the control API.
function poll() {
  if (!session || over || busy) { return; }
  look(function (told) {
    if (over || busy || told.paymentStatus === 'PROCESSING') { return; }
    if (challenge && hasDialog()) { send('popWindow'); }
    challenge = null;
    show(byId('challenge'), false);
    conclude(told);
  });
}
