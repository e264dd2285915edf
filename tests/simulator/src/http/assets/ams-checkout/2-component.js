// ---- the component

// kind: whether the page stays after a payment unless told otherwise, and whether it is the newer element.
function Component(options, kind) {
  options = options || {};
  for (var i = 0; i < CALLBACKS.length; i += 1) {
    var callback = options[CALLBACKS[i]];
    if (callback !== undefined && typeof callback !== 'function') {
      throw new Error('Parameter type should be function');
    }
  }
  this._options = options;
  this._kind = kind;
  this._shown = null;
}

Component.prototype.createComponent = function (params) { return this._create(params, null); };

Component.prototype.mountComponent = function (params, selector) { return this._create(params, selector || ''); };

Component.prototype.canMakePayments = function () { return window.Promise.resolve(true); };

Component.prototype.unmount = function () { this._remove(); };

Component.prototype.submit = function (input) {
  var shown = this._shown;
  if (!shown || !shown.rendered) {
    var missing = new Error('Component not created or current browser compatibility issue, not supported');
    return canRun() ? window.Promise.reject(missing) : refusal(missing);
  }
  var component = this;
  return new window.Promise(function (done) { component._ask('submitPay', input || {}, done); });
};

Component.prototype.validateFields = function () {
  var component = this;
  if (!this._shown || !this._shown.rendered) { return window.Promise.resolve({ isValid: false }); }
  return new window.Promise(function (done) {
    component._ask(component._kind.isElement ? 'onValidate' : 'validateFields', {}, done);
    window.setTimeout(function () { done({ isValid: false }); }, LIMIT_MS);
  });
};

Component.prototype._tell = function (name, data) {
  var callback = this._options[name];
  return callback ? callback(data) : undefined;
};

Component.prototype._event = function (code, message, result) {
  var event = { code: code };
  if (message !== undefined) { event.message = message; }
  if (result !== undefined) { event.result = result; }
  this._tell('onEventCallback', event);
};

// A fault of creation comes both ways.
Component.prototype._fault = function (message) {
  var fault = trouble(this._kind.creationError, message);
  this._tell('onError', fault);
  this._event(fault.code, fault.message);
  return fault;
};

Component.prototype._create = function (params, selector) {
  var component = this;
  params = params || {};
  if (!canRun()) {
    var old = trouble('SDK_INTERNAL_ERROR', TOO_OLD);
    var place = selector ? document.querySelector(selector) : document.body;
    if (place) { element('p', '', {}, place).appendChild(document.createTextNode(TOO_OLD)); }
    this._tell('onError', old);
    return refusal(old);
  }
  if (this._shown) {
    var twice = trouble(this._kind.creationError, 'Only one component can be rendered simultaneously');
    return window.Promise.reject(twice);
  }
  var session = readSession(params.sessionData || params.paymentSessionData);
  if (!session) {
    var bad = trouble('SDK_CREATEPAYMENT_PARAMETER_ERROR',
      'Abnormal response data, interface failure, or unsupported payment method');
    this._tell('onError', bad);
    return window.Promise.reject(bad);
  }
  if (!this._kind.isElement) { this._event('SDK_START_OF_LOADING'); }
  var parent = document.body;
  if (selector !== null) {
    try { parent = document.querySelector(selector); } catch (error) { parent = null; }
    if (!parent) {
      var message = selector + '#ams-component-container is not a valid selector';
      return window.Promise.reject(trouble('SDK_CREATEPAYMENT_PARAMETER_ERROR', message));
    }
  }
  return new window.Promise(function (done, failed) {
    component._show(params, session, selector === null, parent, done, failed);
  });
};

Component.prototype._show = function (params, session, isPopup, parent, done, failed) {
  var component = this;
  var shown = {
    params: params, session: session, isPopup: isPopup, id: random() + (this._kind.isElement ? '-payment' : ''), asks: {}, nodes: [], keeps: true,
    rendered: false, launched: false, answer: null, declared: null, dialog: [], origin: base
  };
  this._shown = shown;
  shown.listener = function (event) { component._receive(event); };
  window.addEventListener('message', shown.listener);
  this._draw(shown, parent);

  function ready() {
    if (component._shown !== shown || !shown.launched || !shown.answer || shown.rendered) { return; }
    shown.rendered = true;
    window.clearTimeout(shown.timer);
    component._post('renderComponent', component._renderData(shown));
    done();
  }

  shown.launch = function () { shown.launched = true; ready(); };
  shown.timer = window.setTimeout(function () {
    if (component._shown !== shown) { return; }
    var fault = component._fault('Load resource timeout');
    component._remove();
    failed(fault);
  }, LIMIT_MS);
  this._query(shown, function (answer, message) {
    if (component._shown !== shown) { return; }
    shown.answer = answer || { success: false, message: message };
    if (!shown.answer.success && component._kind.isElement) {
      // The element's mount() tells the gateway's own code, and no event goes with it.
      component._remove();
      failed(trouble(shown.answer.errorCode || 'NETWORK', shown.answer.errorMessage || message));
      return;
    }
    if (!shown.answer.success) {
      var fault = component._fault((answer && answer.errorMessage) || message);
      if (answer && answer.errorActions && answer.errorActions.showType === 'NONE') {
        component._remove();
        failed(fault);
        return;
      }
    }
    ready();
  });
};

Component.prototype._query = function (shown, done) {
  var params = shown.params;
  var request = new XMLHttpRequest();
  var body = {
    paymentSessionData: this._sessionData(shown),
    paymentSessionConfig: shown.session.config,
    notRedirectAfterComplete: this._staysAfter(shown),
    paymentMethodType: shown.session.config.paymentMethodCategoryType,
    envInfo: {
      terminalType: isPhone() ? 'WAP' : 'WEB', locale: this._locale(), deviceLanguage: navigator.language,
      screenWidth: screen.width, screenHeight: screen.height, timeZoneOffset: new Date().getTimezoneOffset(),
      deviceId: ''
    },
    extParams: { refUrl: window.location.href }
  };
  if (params.merchantAppointParam) { body.merchantAppointParam = params.merchantAppointParam; }
  request.open('POST', base + '/mgw.htm', true);
  request.timeout = LIMIT_MS;
  request.setRequestHeader('Content-Type', 'application/json');
  request.setRequestHeader('Operation-Type', 'com.ipay.iexpcashier.sdkAction.query');
  request.setRequestHeader('appId', 'ANTOM_PAYMENT_WEB');
  request.setRequestHeader('workspaceId', 'default');
  request.setRequestHeader('version', '2.0');
  request.setRequestHeader('sdk-version', VERSION);
  // As the package does it: whatever is no known word is production.
  var environment = this._options.environment;
  if (environment === 'sandbox' || environment === 'light_sandbox') { request.setRequestHeader('load-test', 'true'); }
  request.onloadend = function () {
    var answer = null;
    try { answer = JSON.parse(request.responseText); } catch (error) { answer = null; }
    done(request.status === 200 ? answer : null, 'Network request error');
  };
  request.send(JSON.stringify([body]));
};

// The newer element sends the whole string, the components only the key.
Component.prototype._sessionData = function (shown) {
  return this._kind.isElement ? shown.params.sessionData : shown.session.key;
};

Component.prototype._locale = function () { return this._options.locale || 'en_US'; };

Component.prototype._staysAfter = function (shown) {
  var wish = shown.params.notRedirectAfterComplete;
  return wish === undefined ? this._kind.stays : wish === true;
};

Component.prototype._renderData = function (shown) {
  return {
    queryResult: shown.answer,
    sessionResult: shown.session.json,
    paymentSessionData: this._sessionData(shown),
    renderDisplayType: shown.isPopup ? 'popup' : 'inline',
    appearance: shown.params.appearance || {},
    notRedirectAfterComplete: this._staysAfter(shown),
    merchantAppointParam: shown.params.merchantAppointParam,
    isAppWebview: shown.params.isAppWebview,
    isNativeAppWebview: shown.params.isNativeAppWebview,
    heightOfVisible: window.innerHeight,
    envInfo: { screenHeight: screen.height, screenWidth: screen.width }
  };
};

Component.prototype._address = function (shown) {
  var config = shown.session.config;
  var sign = config.productScene + '_' + (config.paymentMethodCategoryType || 'CARD');
  var analytics = this._options.analytics || {};
  var query = {
    displayType: shown.isPopup ? 'popup' : 'inline', locale: this._locale(), instanceId: shown.id,
    analyticsEnabled: analytics.enabled !== false, sdkVersion: VERSION, refUrl: window.location.href,
    isPreload: false, hostSign: shown.session.region
  };
  var pairs = [];
  for (var name in query) { pairs.push(name + '=' + encodeURIComponent(query[name])); }
  if (this._kind.isElement) {
    return base + '/elements/' + VERSION + '/pages/element_payment/index.html?' + pairs.join('&');
  }
  return base + '/page/antom-web-checkout/src/component-app/' + encodeURIComponent(sign) + '/' +
    encodeURIComponent(config.productSceneVersion || '1.0') + '/index.' + VERSION + '.html?' + pairs.join('&');
};
