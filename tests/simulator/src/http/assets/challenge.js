/* The bank's page in a dialog: tells the form, through the SDK, that the question was answered. */
(function () {
  'use strict';

  var answered = document.getElementById('answered');
  if (!answered || window.parent === window) { return; }

  function told(name) { return answered.getAttribute('data-' + name); }

  var message = {
    name: 'APP_TO_SDK',
    instanceId: told('instance'),
    context: {
      event: 'sendMuitiAppEventToSdk',
      data: { challenge: told('challenge'), answer: told('answer') }
    }
  };
  // The parent is the merchant's page, or the form when that is a popup; nobody else may read this.
  var match = /^(https?:\/\/[^/?#]+)/.exec(told('merchant') || '');
  window.parent.postMessage(JSON.stringify(message), match ? match[1] : '*');
}());
