/*
 * Stands in for the gateway's web SDK where that package is absent: the same classes, codes and messages, on the same
 * iframe page. It is written for old browsers; its addresses follow from its own. Its parts share one scope.
 */

var VERSION = '1.47.2';
var LIMIT_MS = 15000;
var CALLBACKS = ['onEventCallback', 'onError', 'onLog', 'onClose', 'onSizeChanged', 'onPaymentMethodSelected',
  'onBeforeSubmit', 'onChange'];
var TOO_OLD = 'This browser is too old to pay with. Please use a newer one.';

var scripts = document.getElementsByTagName('script');
var own = document.currentScript || scripts[scripts.length - 1];
var base = String(own && own.src).replace(/^(https?:\/\/[^/]+).*$/, '$1');

function canRun() {
  return Boolean(window.Promise && window.postMessage && window.XMLHttpRequest && window.JSON && window.atob);
}

// ---- small things

function copied(from) {
  var to = {};
  for (var name in from) {
    if (Object.prototype.hasOwnProperty.call(from, name)) { to[name] = from[name]; }
  }
  return to;
}

function trouble(code, message) { return { code: code, message: message }; }

function random() { return Math.random().toString(16).slice(2) + new Date().getTime().toString(16); }

function isPhone() { return /Mobi|Android|iPhone|iPad/.test(navigator.userAgent); }

function remove(node) { if (node && node.parentNode) { node.parentNode.removeChild(node); } }

// Styles are set one by one, so that a page with a strict policy needs no exception for this script.
function element(name, id, styles, parent) {
  var node = document.createElement(name);
  if (id) { node.id = id; }
  for (var style in styles) { node.style[style] = styles[style]; }
  if (parent) { parent.appendChild(node); }
  return node;
}

function asPromised(thenable) {
  return thenable && typeof thenable.then === 'function' ? thenable : window.Promise.resolve(thenable);
}

// An answer for browsers without promises: it is always a refusal.
function refusal(error) {
  var answer = {
    then: function (done, failed) { if (failed) { failed(error); } return answer; }
  };
  answer['catch'] = function (failed) { failed(error); return answer; };
  return answer;
}

// The fourth part of the session string is JSON for the SDK; the first three are the session's key.
function readSession(text) {
  var parts = typeof text === 'string' ? text.split('&&') : [];
  var json = {};
  if (parts.length > 3) {
    try {
      json = JSON.parse(decodeURIComponent(escape(window.atob(parts[3]))));
    } catch (error) {
      json = {};
    }
  }
  var config = json.paymentSessionConfig;
  if (!config || !config.productScene) { return null; }
  return { key: parts.slice(0, 3).join('&&'), region: parts[1] || 'SG', json: json, config: config };
}
