/*
 * The page inside the web SDK's iframe. Its parts share one scope: this one knows who is asked and how to answer,
 * the next draws the form, the third pays, the last listens. The SDK's side is the gateway's package, or ams-checkout/.
 */

var POLL_MS = 2000;
var BEFORE_SUBMIT_MS = 10000;

var body = document.body;
var query = parsed(window.location.search);
var popup = query.displayType === 'popup';
// AMSElement speaks another dialect than the components: answers are events named by the question.
var isElement = word('product') === 'ELEMENT_PAYMENT';
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

// ---- answers to what the SDK asks

function answerValidation(callbackId, isValid) {
  if (isElement) {
    send(callbackId, { data: { isValid: isValid } });
  } else {
    send('validateFieldsResult', { isValid: isValid }, callbackId);
  }
}

function answerSubmission(callbackId, event) {
  if (!callbackId) { return; }
  if (isElement) {
    send(callbackId, { data: elementResult(event) });
  } else {
    send('onSubmitPayCallback', event, callbackId);
  }
}

// What submitPayment() of AMSElement resolves with.
function elementResult(event) {
  var statuses = {
    SDK_PAYMENT_SUCCESSFUL: 'SUCCESS', SDK_PAYMENT_PROCESSING: 'PROCESSING', SDK_PAYMENT_CANCEL: 'CANCELLED'
  };
  var result = event.result || {};
  var answer = { status: statuses[event.code] || 'FAIL' };
  if (event.code === 'SDK_PAYMENT_CANCEL') { answer.userCanceled3D = true; }
  if (answer.status === 'FAIL') {
    answer.error = {
      code: result.paymentResultCode || event.code,
      message: event.message || result.paymentResultMessage || '',
      needChangeSessionForRetry: over
    };
  }
  return answer;
}
