// ---- the classes

function define(name, kind) {
  function Class(options) { Component.call(this, options, kind); }
  Class.prototype = Object.create(Component.prototype);
  Class.prototype.constructor = Class;
  Class.preload = function () {};
  window[name] = Class;
}

define('AMSCashierPayment', { stays: false, creationError: 'SDK_CREATECOMPONENT_ERROR' });
define('AMSVaulting', { stays: true, creationError: 'SDK_CREATECOMPONENT_ERROR' });

// ---- the newer element: one object for one session, promises that never fail

var ELEMENT = { stays: false, isElement: true, creationError: 'SDK_CREATE_COMPONENT_ERROR' };

function Element(options) {
  options = options || {};
  if (!options.sessionData) {
    if (options.onEventCallback) {
      options.onEventCallback(trouble('SDK_CREATE_COMPONENT_ERROR', 'sessionData is empty'));
    }
    var invalid = new Error('Invalid config:\nsessionData: sessionData is empty');
    invalid.name = 'InvalidElementConfigError';
    throw invalid;
  }
  this._options = options;
  this._component = new Component({
    onEventCallback: options.onEventCallback, locale: options.locale, environment: options.environment
  }, ELEMENT);
}

Element.prototype._loading = function (name) {
  var loading = this._options.loading || {};
  if (loading[name]) { loading[name](); }
};

Element.prototype.mount = function (wish, selector) {
  var element = this;
  var params = copied(wish || {});
  params.sessionData = this._options.sessionData;
  params.appearance = params.appearance || this._options.appearance;
  this._loading('onStartLoading');
  return this._component.mountComponent(params, selector).then(function () {
    element._loading('onEndLoading');
    return {};
  }, function (fault) {
    element._loading('onEndLoading');
    // Faults of creation were told by an event already, wrong parameters were not.
    if (fault.code === 'SDK_CREATEPAYMENT_PARAMETER_ERROR') { element._component._event(fault.code, fault.message); }
    return { error: fault };
  });
};

Element.prototype.submitPayment = function () {
  var element = this;
  this._loading('onStartLoading');
  return this._component.submit({}).then(function (answer) {
    element._loading('onEndLoading');
    return answer.data;
  }, function (missing) {
    element._loading('onEndLoading');
    return { status: 'FAIL', error: { code: 'UI_STATE_ERROR', message: missing.message, needChangeSessionForRetry: false } };
  });
};

Element.prototype.validateFields = function () {
  return this._component.validateFields().then(function (answer) { return answer.data || { isValid: false }; });
};

// Only sessions with an account of the buyer can be exchanged, which the simulator has none of.
Element.prototype.updatePayment = function () { return window.Promise.resolve(false); };

Element.prototype.destroy = function () { this._component.unmount(); };

window.AMSElement = Element;
