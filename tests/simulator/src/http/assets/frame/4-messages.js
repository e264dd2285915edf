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
    show(byId('store'), told.simulator.asksToStore === true);
    show(byId('instalments'), told.simulator.collectsInstalments === true);
    // In a popup there is no other button than ours.
    // In AMSElement the button is always the merchant's.
    var ours = popup || appearance.showSubmitButton === true || appearance.showSubmitButton === 'true';
    show(byId('pay'), ours && !isElement);
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
  if (isElement) { send('webAppReady', { source: 'payment' }); }
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
  } else if (context.event === 'validateFields' || context.event === 'onValidate') {
    answerValidation(context.eventCallbackId, Boolean(session) && validate());
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
