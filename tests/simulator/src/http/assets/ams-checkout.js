/*
 * Stands in for the gateway's web SDK where that package is absent: the same classes, codes and messages, on the
 * same iframe page. It is written for old browsers; its addresses follow from its own.
 */
(function () {
  'use strict';

  var VERSION = '1.47.2';
  var LIMIT_MS = 15000;
  var CALLBACKS = ['onEventCallback', 'onError', 'onLog', 'onClose', 'onSizeChanged', 'onPaymentMethodSelected',
    'onBeforeSubmit', 'onChange'];
  var TOO_OLD = 'This browser is too old to pay with. Please use a newer one.';

  var own = document.currentScript || document.getElementsByTagName('script')[document.getElementsByTagName('script').length - 1];
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

  // ---- the component

  function Component(options, defaults) {
    options = options || {};
    for (var i = 0; i < CALLBACKS.length; i += 1) {
      var callback = options[CALLBACKS[i]];
      if (callback !== undefined && typeof callback !== 'function') {
        throw new Error('Parameter type should be function');
      }
    }
    this._options = options;
    this._defaults = defaults;
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
      component._ask('validateFields', {}, done);
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
    var fault = trouble('SDK_CREATECOMPONENT_ERROR', message);
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
      var twice = trouble('SDK_CREATECOMPONENT_ERROR', 'Only one component can be rendered simultaneously');
      return window.Promise.reject(twice);
    }
    var session = readSession(params.sessionData || params.paymentSessionData);
    if (!session) {
      var bad = trouble('SDK_CREATEPAYMENT_PARAMETER_ERROR',
        'Abnormal response data, interface failure, or unsupported payment method');
      this._tell('onError', bad);
      return window.Promise.reject(bad);
    }
    this._event('SDK_START_OF_LOADING');
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
      params: params, session: session, isPopup: isPopup, id: random(), asks: {}, nodes: [], keeps: true,
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
      paymentSessionData: shown.session.key,
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
    request.onloadend = function () {
      var answer = null;
      try { answer = JSON.parse(request.responseText); } catch (error) { answer = null; }
      done(request.status === 200 ? answer : null, 'Network request error');
    };
    request.send(JSON.stringify([body]));
  };

  Component.prototype._locale = function () { return this._options.locale || 'en_US'; };

  Component.prototype._staysAfter = function (shown) {
    var wish = shown.params.notRedirectAfterComplete;
    return wish === undefined ? this._defaults.stays : wish === true;
  };

  Component.prototype._renderData = function (shown) {
    return {
      queryResult: shown.answer,
      sessionResult: shown.session.json,
      paymentSessionData: shown.session.key,
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
    return base + '/page/antom-web-checkout/src/component-app/' + encodeURIComponent(sign) + '/' +
      encodeURIComponent(config.productSceneVersion || '1.0') + '/index.' + VERSION + '.html?' + pairs.join('&');
  };

  // ---- what is seen: a sheet over the page, or a part of it

  Component.prototype._draw = function (shown, parent) {
    var component = this;
    var phone = isPhone();
    var loading = !shown.params.appearance || shown.params.appearance.showLoading !== false;
    var container;
    if (shown.isPopup) {
      shown.mask = element('div', 'ams-component-mockup', {
        position: 'fixed', top: '0', left: '0', width: '100%', height: '100%', zIndex: '1000',
        background: 'rgba(0,0,0,0.6)', display: 'block'
      }, document.body);
      container = element('div', 'ams-component-container', {
        position: 'fixed', zIndex: '1001', background: '#fff', overflow: 'hidden', height: '0', opacity: '0',
        left: phone ? '0' : '50%', bottom: phone ? '0' : 'auto', top: phone ? 'auto' : '50%',
        width: phone ? '100%' : '448px', borderRadius: phone ? '14px 14px 0 0' : '14px',
        transform: phone ? 'none' : 'translate(-50%, -50%)', webkitTransform: phone ? 'none' : 'translate(-50%, -50%)'
      }, document.body);
      shown.closer = element('button', 'asm-component-close-block', {
        display: 'none', position: 'absolute', top: '10px', right: '10px', width: '36px', height: '36px', zIndex: '1',
        border: '0', borderRadius: '18px', background: 'rgba(128,128,128,0.15)', color: 'inherit', fontSize: '20px'
      }, container);
      shown.closer.type = 'button';
      shown.closer.setAttribute('aria-label', 'Close');
      shown.closer.appendChild(document.createTextNode('\u00d7'));
      shown.closer.onclick = function () { component._leave(); };
      shown.nodes.push(shown.mask, container);
    } else {
      container = element('div', 'ams-component-container', { position: 'relative', width: '100%' }, parent);
      shown.nodes.push(container);
    }
    if (loading) {
      shown.loading = element('div', 'ams-component-loading', shown.isPopup ? {
        position: 'fixed', zIndex: '1002', top: '50%', left: '0', width: '100%', textAlign: 'center', color: '#fff',
        fontFamily: 'sans-serif'
      } : { padding: '24px', textAlign: 'center', fontFamily: 'sans-serif' }, shown.isPopup ? document.body : container);
      shown.loading.appendChild(document.createTextNode('\u2026'));
      shown.nodes.push(shown.loading);
    }
    var section = shown.isPopup
      ? element('div', 'ams-component-section', { width: '100%', height: '100%' }, container) : container;
    shown.container = container;
    shown.frame = element('iframe', 'ams-checkout-component-' + (phone ? 'mobile' : 'desktop'), {
      width: '100%', height: '0', border: '0', display: 'block', opacity: '0'
    }, section);
    shown.frame.setAttribute('title', 'Payment');
    shown.frame.src = this._address(shown);
  };

  Component.prototype._resize = function (size) {
    var shown = this._shown;
    if (!size || !(size.height > 1)) { return; }
    shown.container.style.height = size.height + 'px';
    shown.container.style.opacity = '1';
    if (shown.isPopup && size.width && !isPhone()) { shown.container.style.width = size.width + 'px'; }
    shown.frame.style.height = size.height + 'px';
    shown.frame.style.opacity = '1';
    remove(shown.loading);
    this._tell('onSizeChanged', size);
  };

  // Asks first, as long as the page inside wants that.
  Component.prototype._leave = function () {
    var component = this;
    var shown = this._shown;
    if (!shown) { return; }
    if (!shown.keeps) { this._left(); return; }
    if (shown.question) { return; }
    var box = element('div', 'ams-component-retention', {
      position: 'fixed', zIndex: '1003', top: '50%', left: '50%', width: '300px', padding: '24px', textAlign: 'center',
      background: '#fff', color: '#15181e', borderRadius: '14px', fontFamily: 'sans-serif',
      transform: 'translate(-50%, -50%)', webkitTransform: 'translate(-50%, -50%)', boxShadow: '0 8px 40px rgba(0,0,0,0.35)'
    }, document.body);
    box.setAttribute('role', 'alertdialog');
    element('p', 'ams-component-retention-title', { margin: '0 0 16px' }, box)
      .appendChild(document.createTextNode('Are you sure you want to leave?'));
    function button(id, text, act) {
      var node = element('button', id, { display: 'block', width: '100%', padding: '12px', margin: '8px 0 0' }, box);
      node.type = 'button';
      node.appendChild(document.createTextNode(text));
      node.onclick = act;
      return node;
    }
    var remain = button('ams-component-retention-remain', 'Stay', function () {
      remove(box);
      shown.question = null;
    });
    button('ams-component-retention-leave', 'Leave', function () { component._left(); });
    shown.question = box;
    shown.nodes.push(box);
    remain.focus();
  };

  Component.prototype._left = function () {
    var declared = this._shown && this._shown.declared;
    this._remove();
    this._tell('onClose', {});
    var info = declared && declared.popWindowEventInfo;
    if (info && info.enableCallback) { this._event(info.eventName, undefined, { result: info.eventResult || {} }); }
  };

  Component.prototype._dialog = function (wish) {
    var shown = this._shown;
    this._endDialog();
    var phone = wish.device === 'mobile';
    var overlay = element('div', '', {
      position: 'fixed', top: '0', left: '0', width: '100%', height: '100%', zIndex: '1010', background: 'rgba(0,0,0,0.6)'
    }, document.body);
    var frame = element('iframe', '', {
      position: 'fixed', zIndex: '1011', border: '0', background: '#fff', left: phone ? '0' : '50%',
      top: phone ? 'auto' : '50%', bottom: phone ? '0' : 'auto', width: phone ? '100%' : '656px',
      height: phone ? '80%' : '620px', maxWidth: '100%', maxHeight: '100%',
      borderRadius: phone ? '14px 14px 0 0' : '14px', transform: phone ? 'none' : 'translate(-50%, -50%)',
      webkitTransform: phone ? 'none' : 'translate(-50%, -50%)'
    }, document.body);
    frame.setAttribute('title', 'Authentication');
    // The dialog gets the query of the form, so that it knows the component.
    frame.src = wish.url + (wish.url.indexOf('?') < 0 ? '?' : '&') + shown.frame.src.split('?')[1];
    shown.dialogFrame = frame;
    shown.dialog = [overlay, frame];
  };

  Component.prototype._endDialog = function () {
    var shown = this._shown;
    if (!shown) { return; }
    for (var i = 0; i < shown.dialog.length; i += 1) { remove(shown.dialog[i]); }
    shown.dialog = [];
    shown.dialogFrame = null;
  };

  Component.prototype._remove = function () {
    var shown = this._shown;
    if (!shown) { return; }
    this._endDialog();
    window.clearTimeout(shown.timer);
    window.removeEventListener('message', shown.listener);
    for (var i = 0; i < shown.nodes.length; i += 1) { remove(shown.nodes[i]); }
    this._shown = null;
  };

  // ---- messages

  Component.prototype._post = function (event, data, callbackId) {
    var shown = this._shown;
    var context = { event: event, data: data };
    if (callbackId) { context.eventCallbackId = callbackId; }
    var text = JSON.stringify({
      name: 'SDK_TO_APP', mode: 'component', appId: 'COMPONENT', instanceId: shown.id, context: context
    });
    shown.frame.contentWindow.postMessage(text, shown.origin);
    if (shown.dialogFrame && event === 'receiveMuitiAppFromSdk') {
      shown.dialogFrame.contentWindow.postMessage(text, shown.origin);
    }
  };

  Component.prototype._ask = function (event, data, done) {
    var id = random();
    this._shown.asks[id] = done;
    this._post(event, data, id);
  };

  Component.prototype._receive = function (message) {
    var shown = this._shown;
    if (!shown || message.origin !== shown.origin) { return; }
    var read;
    try {
      read = JSON.parse(message.data);
    } catch (error) {
      this._tell('onError', trouble('SDK_INTERNAL_ERROR', 'The message is not JSON.'));
      return;
    }
    if (read.name !== 'APP_TO_SDK' || read.instanceId !== shown.id || !read.context) { return; }
    var context = read.context;
    var handler = HANDLERS[context.event];
    if (handler) { handler.call(this, context.data, shown, context); }
    var done = context.eventCallbackId && shown.asks[context.eventCallbackId];
    if (done) {
      delete shown.asks[context.eventCallbackId];
      done(context.data);
    }
  };

  var HANDLERS = {
    onLaunch: function (data, shown) { shown.launch(); },
    onSizeChanged: function (data) { this._resize(data); },
    dismissLoading: function (data, shown) {
      remove(shown.loading);
      this._event('SDK_END_OF_LOADING', (data && data.message) || '');
    },
    onEventCallback: function (data) { this._tell('onEventCallback', data); },
    onError: function (data) { this._tell('onError', data); },
    onLog: function (data) { this._tell('onLog', data); },
    onPaymentMethodSelected: function (data) { this._tell('onPaymentMethodSelected', data); },
    onClose: function () { this._leave(); },
    setAllowRetention: function (data, shown) { shown.keeps = data !== false; },
    declareEventCallbackInfo: function (data, shown) { shown.declared = data; },
    showCloseButton: function (data, shown) { if (shown.closer) { shown.closer.style.display = 'block'; } },
    hideCloseButton: function (data, shown) { if (shown.closer) { shown.closer.style.display = 'none'; } },
    popupWindow: function (data) { this._dialog(data || {}); },
    popWindow: function () { this._endDialog(); },
    sendMuitiAppEventToSdk: function (data) { this._post('receiveMuitiAppFromSdk', data); },
    getUserAgentFromSdk: function (data, shown, context) {
      this._post('appEventCallback', { userAgent: navigator.userAgent }, context.eventCallbackId);
    },
    getDeviceId: function (data, shown, context) {
      this._post('appEventCallback', { deviceId: '' }, context.eventCallbackId);
    },
    beforeSubmit: function (data) {
      var component = this;
      var asked = this._options.onBeforeSubmit;
      function told(result) { if (component._shown) { component._post('beforeSubmitDone', result); } }
      if (!asked) { told({ result: 'IGNORE' }); return; }
      asPromised(asked(data)).then(told, function () { told({ result: 'ERROR' }); });
    },
    submitForm: function (data) {
      var attributes = data && data.attributes;
      var form = element('form', '', { display: 'none' }, document.body);
      form.method = 'post';
      form.action = attributes.action;
      for (var name in attributes.data) {
        var input = element('input', '', {}, form);
        input.type = 'hidden';
        input.name = name;
        input.value = attributes.data[name];
      }
      form.submit();
    },
    onRedirect: function (data, shown) {
      var wish = typeof data === 'string' ? { normalUrl: data } : copied(data);
      // A phone opens the app where there is one to open.
      var address = (isPhone() && (wish.applinkUrl || wish.schemeUrl)) || wish.normalUrl;
      if (!address) {
        this._event('SDK_LAUNCH_PAYMENT_APP_ERROR', 'No address to go to.');
        return;
      }
      if (wish.isDestroy !== false) { this._remove(); }
      this._event('SDK_CALL_URL_SUCCESS', 'Successfully opened ' + address);
      if (wish.target === '_blank') {
        window.open(address);
      } else if (wish.target === '_replace') {
        window.location.replace(address);
      } else {
        window.location.href = address;
      }
    }
  };

  // ---- the classes

  function define(name, defaults) {
    function Class(options) { Component.call(this, options, defaults); }
    Class.prototype = Object.create(Component.prototype);
    Class.prototype.constructor = Class;
    Class.preload = function () {};
    window[name] = Class;
  }

  define('AMSCashierPayment', { stays: false });
  define('AMSVaulting', { stays: true });
}());
