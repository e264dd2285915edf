/*
 * One component of the gateway's SDK at a time: made of session data that the server gave a moment ago, told about in
 * codes, released as soon as it has done its work. What a code means comes from the server's table.
 */

var isPopup = told.style === 'popup';
/* The newer class of the SDK: one for each session, with answers instead of refusals. */
var isElement = told.style === 'element';
var component = null;
/* Our own button has started the payment. */
var isSubmitted = false;
/* The component has told a result. It may tell it twice, as an event and as the answer of submit(): the first one counts. */
var hasEnded = false;
/* Counts the releases, so that what began before one knows that it is too late. */
var turn = 0;
var scriptState = 'none';

function loadScript(done) {
  if (scriptState === 'ready') { return done(true); }
  var script = document.createElement('script');
  var timer = window.setTimeout(function () { end(false); }, 20000);
  function end(isThere) {
    if (!done) { return; }
    var then = done;
    done = null;
    window.clearTimeout(timer);
    scriptState = isThere && (isElement ? window.AMSElement : window.AMSCashierPayment) ? 'ready' : 'none';
    then(scriptState === 'ready');
  }
  script.src = told.sdk;
  if (told.integrity) {
    script.integrity = told.integrity;
    script.crossOrigin = 'anonymous';
  }
  script.onload = function () { end(true); };
  script.onerror = function () { end(false); };
  document.head.appendChild(script);
}

/* Releases the component; `done` once the SDK has taken away what it put into the page. */
function release(done) {
  var old = component;
  var tries = 0;
  turn += 1;
  component = null;
  isSubmitted = false;
  hasEnded = false;
  if (old) {
    try {
      if (isElement) { old.destroy(); } else { old.unmount(); }
    } catch (gone) { /* There is nothing left to release. */ }
  }
  function look() {
    tries += 1;
    var isThere = one('ams-component-container') || one('place').getElementsByTagName('iframe').length;
    if (isThere && tries < 40) { return window.setTimeout(look, 50); }
    if (done) { done(); }
  }
  if (done) { look(); }
}

function report(event, done) {
  var result = event.result && event.result.paymentResultCode;
  var body = { code: event.code };
  if (typeof event.message === 'string') { body.message = event.message.slice(0, 500); }
  if (typeof result === 'string') { body.result = { paymentResultCode: result.slice(0, 64) }; }
  ask('POST', told.status + '/events', body, done || function () {});
}

/* Makes the component; `heard` is told every event of this one and of no older one. */
function create(session, heard) {
  var own = null;
  function event(data) {
    if (component && component === own && !hasEnded) { heard(data || {}); }
  }
  var options = {
    environment: session.environment,
    locale: told.locale,
    analytics: { enabled: true },
    onEventCallback: event,
    onError: event,
    onLog: function () {},
    onClose: function () {
      /* Where no code follows, the buyer has left all the same. */
      window.setTimeout(function () { event({ code: 'SDK_PAYMENT_CANCEL' }); }, 800);
    }
  };
  if (isElement) { options.sessionData = session.sessionData; }
  try {
    own = isElement ? new window.AMSElement(options) : new window.AMSCashierPayment(options);
  } catch (wrong) {
    component = own = {};
    return event({ code: 'SDK_INIT_PARAMETER_ERROR', message: String(wrong && wrong.message) });
  }
  component = own;
  made(own, session).then(function (answer) {
    var fault = answer && answer.error;
    event(fault ? { code: 'SDK_CREATE_COMPONENT_ERROR', message: fault.code } : { code: 'ready' });
  }, function (error) {
    event({ code: (error && error.code) || 'SDK_CREATECOMPONENT_ERROR', message: error && error.message });
  });
}

/* The component is rejected where it cannot be shown; the element answers so. */
function made(own, session) {
  if (isElement) {
    return own.mount({ type: 'payment', appearance: {}, notRedirectAfterComplete: true }, '#place');
  }
  var params = {
    sessionData: session.sessionData,
    appearance: { showLoading: false, showSubmitButton: isPopup },
    notRedirectAfterComplete: true
  };
  return isPopup ? own.createComponent(params) : own.mountComponent(params, '#place');
}

/* The payment begins; with the address that the buyer gave, where the page asks for one. */
function submit(address, heard) {
  var own = component;
  isSubmitted = true;
  var submitted = isElement ? own.submitPayment() : own.submit(address ? { billingAddress: address } : undefined);
  submitted.then(function (answer) {
    if (component !== own || hasEnded || !answer) { return; }
    var event = isElement ? eventOf(answer) : answer;
    if (event.code) { heard(event); }
  }, function (error) {
    if (component === own && !hasEnded) { heard({ code: 'SDK_INTERNAL_ERROR', message: error && error.message }); }
  });
}

/* The element answers with a status where the component has a code. */
function eventOf(answer) {
  var codes = { SUCCESS: 'SDK_PAYMENT_SUCCESSFUL', FAIL: 'SDK_PAYMENT_FAIL', CANCELLED: 'SDK_PAYMENT_CANCEL' };
  var error = answer.error || {};
  /* A fault that has a code of its own, as an incomplete form, is no failed payment. */
  if (/^SDK_/.test(error.code || '')) { return { code: error.code, message: error.message }; }
  return {
    code: Object.prototype.hasOwnProperty.call(codes, answer.status) ? codes[answer.status] : 'SDK_PAYMENT_PROCESSING',
    message: error.message,
    result: { paymentResultCode: error.code }
  };
}
