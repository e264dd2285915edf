/*
 * One component of the gateway's SDK at a time: made of session data that the server gave a moment ago, told about in
 * codes, released as soon as it has done its work. What a code means comes from the server's table.
 */

var component = null;
/* Our own button has started the payment. */
var isSubmitted = false;
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
    scriptState = isThere && window.AMSCashierPayment ? 'ready' : 'none';
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
  component = null;
  isSubmitted = false;
  if (old) {
    try { old.unmount(); } catch (gone) { /* There is nothing left to release. */ }
  }
  function look() {
    tries += 1;
    if (one('ams-component-container') && tries < 40) { return window.setTimeout(look, 50); }
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
    if (component && component === own) { heard(data || {}); }
  }
  try {
    own = new window.AMSCashierPayment({
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
    });
  } catch (wrong) {
    component = own = {};
    return event({ code: 'SDK_INIT_PARAMETER_ERROR', message: String(wrong && wrong.message) });
  }
  component = own;
  var params = {
    sessionData: session.sessionData,
    appearance: { showLoading: false, showSubmitButton: told.style === 'popup' },
    notRedirectAfterComplete: true
  };
  var made = told.style === 'popup' ? own.createComponent(params) : own.mountComponent(params, '#place');
  made.then(function () { event({ code: 'ready' }); }, function (error) {
    event({ code: (error && error.code) || 'SDK_CREATECOMPONENT_ERROR', message: error && error.message });
  });
}

/* The payment begins; with the address that the buyer gave, where the page asks for one. */
function submit(address, heard) {
  var own = component;
  isSubmitted = true;
  own.submit(address ? { billingAddress: address } : undefined).then(function (answer) {
    if (component === own && answer && answer.code) { heard(answer); }
  }, function (error) {
    if (component === own) { heard({ code: 'SDK_INTERNAL_ERROR', message: error && error.message }); }
  });
}
