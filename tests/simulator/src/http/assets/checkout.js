/* Comfort on the hosted page; without this script everything works as well. */
(function () {
  'use strict';

  var number = document.querySelector('input[name="cardNo"]');
  var expiry = document.querySelector('input[name="expiry"]');
  var picker = document.querySelector('select[name="testCard"]');

  function grouped(text) {
    return text.replace(/\D/g, '').slice(0, 19).replace(/(\d{4})(?=\d)/g, '$1 ');
  }

  // Digits are grouped while somebody types at the end; elsewhere the cursor would jump.
  function groupWhileTyping(input, shape) {
    if (!input) { return; }
    input.addEventListener('input', function () {
      if (input.selectionStart === input.value.length) { input.value = shape(input.value); }
    });
  }

  groupWhileTyping(number, grouped);
  groupWhileTyping(expiry, function (text) {
    var digits = text.replace(/\D/g, '').slice(0, 4);
    return digits.length > 2 ? digits.slice(0, 2) + '/' + digits.slice(2) : digits;
  });

  if (picker && number) {
    picker.addEventListener('change', function () {
      if (!picker.value) { return; }
      number.value = grouped(picker.value);
      expiry.value = picker.getAttribute('data-expiry');
      document.querySelector('input[name="cvv"]').value = '123';
    });
  }

  // One submission per page; a second tab is the server's business.
  var forms = document.querySelectorAll('form');
  for (var i = 0; i < forms.length; i += 1) {
    forms[i].addEventListener('submit', function (event) {
      if (event.target.getAttribute('data-sent')) { event.preventDefault(); return; }
      event.target.setAttribute('data-sent', 'yes');
    });
  }
  window.addEventListener('pageshow', function () {
    for (var j = 0; j < forms.length; j += 1) { forms[j].removeAttribute('data-sent'); }
  });
}());
