/*
 * The page inside the web SDK's iframe: draws the form, submits it, tells the SDK what became of it.
 * The SDK's side of these messages is the package of the gateway, or ams-checkout.js beside this file.
 */
(function () {
  'use strict';

  var POLL_MS = 2000;
  var BEFORE_SUBMIT_MS = 10000;

  var body = document.body;
  var query = parsed(window.location.search);
  var popup = query.displayType === 'popup';
  var form = byId('form');
  var notice = byId('notice');
  var picker = form.querySelector('select[name="testCard"]');

  // What renderComponent brought, and where the payment stands for this page.
  var session = null;
  var stays = false;
  var needsCvv = false;
  var busy = false;
  var over = false;
  var challenge = null;
  var waiting = [];
  var beforeSubmit = null;
  var size = '';
  var drawn = false;

  function byId(id) { return document.getElementById(id); }

  function word(name) { return body.getAttribute('data-' + name); }

  function parsed(search) {
    var found = {};
    search.replace(/^\?/, '').split('&').forEach(function (pair) {
      var at = pair.indexOf('=');
      if (at > 0) { found[pair.slice(0, at)] = decodeURIComponent(pair.slice(at + 1).replace(/\+/g, ' ')); }
    });
    return found;
  }

  // Messages go to the merchant's page only, where its address is known.
  function originOf(address) {
    var match = /^(https?:\/\/[^/?#]+)/.exec(address || '');
    return match ? match[1] : '*';
  }

  function send(event, data, callbackId) {
    var context = { event: event, data: data };
    if (callbackId) { context.eventCallbackId = callbackId; }
    var message = { name: 'APP_TO_SDK', instanceId: query.instanceId, context: context };
    window.parent.postMessage(JSON.stringify(message), originOf(query.refUrl));
  }

  // ---- what the buyer sees

  function show(node, visible) { node.hidden = !visible; }

  function tell(kind, sentence, code) {
    notice.className = 'notice ' + kind;
    notice.textContent = sentence;
    if (code) {
      var detail = document.createElement('span');
      detail.className = 'code';
      detail.textContent = code;
      notice.appendChild(detail);
    }
    show(notice, Boolean(sentence));
    resize();
  }

  // The container has no height of its own; it follows the form.
  function resize() {
    var content = byId('frame');
    var height = Math.ceil(content.getBoundingClientRect().height);
    var width = popup ? Math.min(448, screen.width) : undefined;
    if (popup && session && session.heightOfVisible) {
      height = Math.min(height, Math.floor(session.heightOfVisible * 0.92));
    }
    var now = width + 'x' + height;
    if (drawn && height > 1 && now !== size) {
      size = now;
      send('onSizeChanged', { width: width, height: height });
    }
  }

  function watchSize() {
    if (window.ResizeObserver) {
      new window.ResizeObserver(resize).observe(byId('frame'));
    } else {
      window.setInterval(resize, 300);
    }
  }

  function showAmount(answer) {
    var view = answer.paymentAmountView || answer.orderAmountView;
    show(byId('amount'), Boolean(view));
    if (!view) { return; }
    byId('amount').querySelector('.order').textContent = (answer.simulator || {}).orderDescription || '';
    byId('amount').querySelector('.currency').textContent = view.currencyLabel;
    byId('amount').querySelector('.value').textContent = view.formattedValue;
  }

  function showSavedCards(cards) {
    var group = byId('saved');
    group.textContent = '';
    cards.concat([null]).forEach(function (card, index) {
      var label = document.createElement('label');
      var input = document.createElement('input');
      var text = document.createElement('span');
      label.className = 'choice';
      input.type = 'radio';
      input.name = 'saved';
      input.value = card ? card.paymentMethodId : '';
      input.checked = index === 0;
      var detail = card && card.paymentMethodDetail;
      text.textContent = detail ? detail.brand + ' •••• ' + detail.last4 : word('other-card');
      input.addEventListener('change', showCardFields);
      label.appendChild(input);
      label.appendChild(text);
      group.appendChild(label);
    });
    show(group, cards.length > 0);
  }

  function chosenSavedCard() {
    var chosen = form.querySelector('input[name="saved"]:checked');
    return chosen && chosen.value;
  }

  function showCardFields() {
    var saved = chosenSavedCard();
    show(byId('card'), !saved);
    show(byId('saved-cvv'), Boolean(saved) && needsCvv);
    resize();
  }

  function fillPicker(cards, expiry) {
    cards.forEach(function (card) {
      var option = document.createElement('option');
      option.value = card.number;
      option.textContent = card.number + ' ' + card.brand + ' ' + card.country + ': ' + word(card.approves ? 'approves' : 'declines');
      picker.appendChild(option);
    });
    picker.addEventListener('change', function () {
      if (!picker.value) { return; }
      field('cardNo').value = grouped(picker.value);
      field('expiry').value = expiry;
      field('cvv').value = '123';
      validate();
    });
  }

  function field(name) { return form.elements[name]; }

  function grouped(text) {
    return text.replace(/\D/g, '').slice(0, 19).replace(/(\d{4})(?=\d)/g, '$1 ');
  }

  function shaped(input, shape) {
    input.addEventListener('input', function () {
      if (input.selectionStart === input.value.length) { input.value = shape(input.value); }
    });
  }

  // ---- checking the form

  function fault(input, sentence) {
    var old = input.parentNode.querySelector('.fault');
    if (old) { old.parentNode.removeChild(old); }
    input.removeAttribute('aria-invalid');
    if (!sentence) { return true; }
    var line = document.createElement('span');
    line.className = 'fault';
    line.id = input.name + '-fault';
    line.setAttribute('role', 'alert');
    line.textContent = sentence;
    input.parentNode.appendChild(line);
    input.setAttribute('aria-invalid', 'true');
    input.setAttribute('aria-describedby', line.id);
    return false;
  }

  function isOver(month, year) {
    var now = new Date(session.queryResult.simulator.now);
    var last = 2000 + year;
    return last < now.getUTCFullYear() || (last === now.getUTCFullYear() && month < now.getUTCMonth() + 1);
  }

  function validate() {
    if (!session || !isCard()) { return true; }
    if (chosenSavedCard()) {
      var code = field('savedCvv');
      return fault(code, !needsCvv || /^\d{3,4}$/.test(code.value.trim()) ? '' : word('bad-cvv'));
    }
    var expiry = /^\s*(\d{1,2})\s*\/?\s*(?:20)?(\d{2})\s*$/.exec(field('expiry').value);
    var month = expiry ? Number(expiry[1]) : 0;
    var good = expiry && month >= 1 && month <= 12 && !isOver(month, Number(expiry[2]));
    var checks = [
      fault(field('cardNo'), /^\d{12,19}$/.test(field('cardNo').value.replace(/[ -]/g, '')) ? '' : word('bad-number')),
      fault(field('expiry'), good ? '' : word('bad-expiry')),
      fault(field('cvv'), /^\d{3,4}$/.test(field('cvv').value.trim()) ? '' : word('bad-cvv')),
    ];
    resize();
    return checks.indexOf(false) < 0;
  }

  function isCard() { return session.isCard; }

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
      answer(callbackId, { code: 'SDK_DUPLICATE_SUBMISSION_BEHAVIOR', message: 'The payment is under way or over.' });
      return;
    }
    if (!outcome && !validate()) {
      var failed = { code: 'SDK_FORM_VERIFICATION_FAILED', message: 'The form is not complete.' };
      var first = form.querySelector('[aria-invalid]');
      if (first) { first.focus(); }
      answer(callbackId, failed);
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

  // onBeforeSubmit of the merchant; without one the SDK answers at once that there is none.
  function askMerchant(go) {
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

  function answer(callbackId, data) {
    if (callbackId) { send('onSubmitPayCallback', data, callbackId); }
  }

  // Tells the merchant: the pending submit() first, then the event.
  function finish(event) {
    var callbackId = waiting.shift();
    while (callbackId) {
      answer(callbackId, event);
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
    if (!popup) {
      // The SDK adds the query of this page, by which the dialog knows whom to tell.
      send('popupWindow', { url: address, device: screen.width < 640 ? 'mobile' : 'desktop' });
      return;
    }
    show(form, false);
    byId('challenge').src = address + window.location.search + '&inside=true';
    show(byId('challenge'), true);
    resize();
  }

  function endChallenge(answered) {
    if (!challenge || answered.challenge !== challenge.id) { return; }
    challenge = null;
    if (popup) {
      show(byId('challenge'), false);
      byId('challenge').src = 'about:blank';
      show(form, true);
    } else {
      send('popWindow');
    }
    if (answered.answer === 'abandon') {
      finish({ code: 'SDK_PAYMENT_CANCEL', message: 'The buyer left the authentication.', result: cancelResult() });
      resize();
      return;
    }
    look(conclude);
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
      if (challenge && !popup) { send('popWindow'); }
      challenge = null;
      show(byId('challenge'), false);
      conclude(told);
    });
  }

  // ---- what the SDK says

  function render(data) {
    var told = data.queryResult || {};
    session = data;
    session.queryResult = told;
    stays = data.notRedirectAfterComplete === true;
    var appointed = (data.merchantAppointParam || {}).storedCard || {};
    var appearance = data.appearance || {};
    needsCvv = appointed.needCVV === true;
    if (appearance.themeType) {
      var dark = /^(dark|night)$/.test(appearance.themeType);
      document.documentElement.setAttribute('data-theme', dark ? 'dark' : 'light');
    }
    if (/^#[0-9a-fA-F]{3,8}$/.test(appearance.accentColor || '')) {
      document.documentElement.style.setProperty('--accent', appearance.accentColor);
    }
    showAmount(told);
    if (!told.success) {
      tell('bad', word('trouble'), told.errorCode);
    } else {
      var method = (told.paymentMethods || [])[0] || {};
      session.method = method.paymentMethodType;
      session.isCard = session.method === 'CARD';
      show(byId('card'), session.isCard);
      show(byId('picker'), session.isCard);
      show(byId('method'), !session.isCard);
      byId('method').textContent = method.paymentMethodName || '';
      show(byId('store'), (told.simulator || {}).asksToStore === true);
      // In a popup there is no other button than ours.
      show(byId('pay'), popup || appearance.showSubmitButton === true || appearance.showSubmitButton === 'true');
      if (session.isCard) {
        showSavedCards(told.savedPaymentMethods || []);
        fillPicker(told.simulator.testCards, told.simulator.testExpiry);
        showCardFields();
      }
      show(form, true);
    }
    send('setAllowRetention', told.success === true);
    send('declareEventCallbackInfo', {
      popWindowEventInfo: {
        enableCallback: true, eventName: 'SDK_PAYMENT_CANCEL', eventResult: cancelResult().result
      }
    });
    // The loading goes first: in a popup it would take the mask behind the form with it.
    send('dismissLoading', {});
    drawn = true;
    resize();
    watchSize();
    if (popup) { send('showCloseButton'); }
    if (told.success) { window.setInterval(poll, POLL_MS); }
  }

  function receive(event) {
    var message;
    try { message = JSON.parse(event.data); } catch (error) { return; }
    var context = message && message.context;
    if (!context) { return; }
    var inside = byId('challenge').contentWindow;
    // The bank's page inside a popup speaks to this page as it would to the SDK.
    if (message.name === 'APP_TO_SDK' && event.source === inside && event.origin === window.location.origin) {
      if (context.event === 'sendMuitiAppEventToSdk') { endChallenge(context.data || {}); }
      return;
    }
    if (message.name !== 'SDK_TO_APP' || event.source !== window.parent || message.instanceId !== query.instanceId) {
      return;
    }
    var data = context.data || {};
    if (context.event === 'renderComponent') {
      if (!session) { render(data); }
    } else if (context.event === 'submitPay') {
      if (session) { submit('', data.billingAddress, context.eventCallbackId); }
    } else if (context.event === 'validateFields') {
      send('validateFieldsResult', { isValid: Boolean(session) && validate() }, context.eventCallbackId);
    } else if (context.event === 'beforeSubmitDone') {
      if (beforeSubmit) { beforeSubmit(data); }
    } else if (context.event === 'receiveMuitiAppFromSdk') {
      endChallenge(data);
    } else if (context.event === 'renderResize') {
      resize();
    }
  }

  if (popup) { body.className += ' popup'; }
  shaped(field('cardNo'), grouped);
  shaped(field('expiry'), function (text) {
    var digits = text.replace(/\D/g, '').slice(0, 4);
    return digits.length > 2 ? digits.slice(0, 2) + '/' + digits.slice(2) : digits;
  });
  form.addEventListener('submit', function (event) {
    event.preventDefault();
    submit('');
  });
  Array.prototype.forEach.call(form.querySelectorAll('[data-outcome]'), function (button) {
    button.addEventListener('click', function () { submit(button.getAttribute('data-outcome')); });
  });
  window.addEventListener('message', receive);
  send('onLaunch');
}());
