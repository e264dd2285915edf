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
  // A component names the question beside the event, the element makes it the event.
  var question = context.eventCallbackId || context.event;
  var done = shown.asks[question];
  if (done) {
    delete shown.asks[question];
    done(context.data);
  }
};

var HANDLERS = {
  onLaunch: function (data, shown) { shown.launch(); },
  onSizeChanged: function (data) { this._resize(data); },
  dismissLoading: function (data, shown) {
    remove(shown.loading);
    if (this._kind.isElement) { return; }
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
