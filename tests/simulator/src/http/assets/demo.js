/* A merchant's page in small: mounts the component, offers its methods, writes down what comes of it. */
(function () {
  'use strict';

  var body = document.body;
  var wishes = document.getElementById('wishes');
  var acts = document.getElementById('acts');
  var log = document.getElementById('log');
  var component = null;

  function wish(name) { return wishes.elements[name].value; }

  function note(name) {
    return function (data) {
      var line = document.createElement('li');
      var title = document.createElement('strong');
      title.textContent = name;
      line.appendChild(title);
      if (data !== undefined) {
        var detail = document.createElement('code');
        var code = data instanceof Error ? { message: data.message } : data;
        detail.textContent = JSON.stringify(code, null, 1);
        line.appendChild(detail);
      }
      log.insertBefore(line, log.firstChild);
    };
  }

  function kept(name, promise) { promise.then(note(name + ' resolved'), note(name + ' rejected')); }

  // The gateway's own SDK is led here by what its page's address says, before its script is loaded.
  function leadHere() {
    var base = window.location.protocol + '//' + window.location.host;
    var frame = base + '/page/antom-web-checkout/src/component-app/CASHIER_PAYMENT_CARD/1.0/index.1.47.2.html';
    window.history.replaceState(null, '', window.location.pathname + window.location.search + '#_moreEnv=true&host=' +
      encodeURIComponent(frame) + '&requestHost=' + encodeURIComponent(base + '/mgw.htm'));
  }

  function mount() {
    component = new window.AMSCashierPayment({
      environment: body.getAttribute('data-sdk') === 'official' ? 'dev' : 'sandbox',
      locale: wish('locale'),
      analytics: { enabled: false },
      onEventCallback: note('onEventCallback'),
      onError: note('onError'),
      onClose: note('onClose'),
      onSizeChanged: note('onSizeChanged')
    });
    var params = {
      sessionData: wish('session'),
      notRedirectAfterComplete: wish('after') === 'stay',
      appearance: { showSubmitButton: false }
    };
    acts.hidden = false;
    if (wish('mode') === 'popup') {
      kept('createComponent', component.createComponent(params));
    } else {
      kept('mountComponent', component.mountComponent(params, '#place'));
    }
  }

  acts.addEventListener('click', function (event) {
    var act = event.target.getAttribute('data-act');
    if (!act || !component) { return; }
    if (act === 'unmount') {
      component.unmount();
      note('unmount')();
    } else if (act === 'status') {
      var request = new XMLHttpRequest();
      request.open('GET', '/checkout/api/status?paymentSessionData=' + encodeURIComponent(wish('session')), true);
      request.onloadend = function () { note('the gateway')(JSON.parse(request.responseText || 'null')); };
      request.send();
    } else {
      kept(act, component[act]());
    }
  });

  if (wish('session') && body.getAttribute('data-script')) {
    if (body.getAttribute('data-sdk') === 'official') { leadHere(); }
    var script = document.createElement('script');
    script.src = body.getAttribute('data-script');
    script.onload = mount;
    script.onerror = note('the script of the SDK is not there');
    document.head.appendChild(script);
  }
}());
