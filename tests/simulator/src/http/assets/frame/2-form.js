// ---- what the buyer sees

function show(node, visible) { node.hidden = !visible; }

function tell(kind, sentence, code) {
  notice.className = 'notice ' + kind;
  notice.textContent = sentence;
  if (code) {
    var detail = document.createElement('span');
    detail.className = 'code';
    detail.textContent = code;
    notice.appendChild(detail);
  }
  show(notice, Boolean(sentence));
  resize();
}

// The container has no height of its own; it follows the form.
function resize() {
  var content = byId('frame');
  var height = Math.ceil(content.getBoundingClientRect().height);
  var width = popup ? Math.min(448, screen.width) : undefined;
  if (popup && session && session.heightOfVisible) {
    height = Math.min(height, Math.floor(session.heightOfVisible * 0.92));
  }
  var now = width + 'x' + height;
  if (drawn && height > 1 && now !== size) {
    size = now;
    var change = { width: width, height: height };
    if (isElement) { change.source = 'payment'; }
    send('onSizeChanged', change);
  }
}

function watchSize() {
  if (window.ResizeObserver) {
    new window.ResizeObserver(resize).observe(byId('frame'));
  } else {
    window.setInterval(resize, 300);
  }
}

function showAmount(answer) {
  var view = answer.paymentAmountView || answer.orderAmountView;
  show(byId('amount'), Boolean(view));
  if (!view) { return; }
  byId('amount').querySelector('.order').textContent = (answer.simulator || {}).orderDescription || '';
  byId('amount').querySelector('.currency').textContent = view.currencyLabel;
  byId('amount').querySelector('.value').textContent = view.formattedValue;
}

function showSavedCards(cards) {
  var group = byId('saved');
  group.textContent = '';
  cards.concat([null]).forEach(function (card, index) {
    var label = document.createElement('label');
    var input = document.createElement('input');
    var text = document.createElement('span');
    label.className = 'choice';
    input.type = 'radio';
    input.name = 'saved';
    input.value = card ? card.paymentMethodId : '';
    input.checked = index === 0;
    var detail = card && card.paymentMethodDetail;
    text.textContent = detail ? detail.brand + ' •••• ' + detail.last4 : word('other-card');
    input.addEventListener('change', showCardFields);
    label.appendChild(input);
    label.appendChild(text);
    group.appendChild(label);
  });
  show(group, cards.length > 0);
}

function chosenSavedCard() {
  var chosen = form.querySelector('input[name="saved"]:checked');
  return chosen && chosen.value;
}

function showCardFields() {
  var saved = chosenSavedCard();
  show(byId('card'), !saved);
  show(byId('saved-cvv'), Boolean(saved) && needsCvv);
  resize();
}

function fillPicker(cards, expiry) {
  cards.forEach(function (card) {
    var option = document.createElement('option');
    option.value = card.number;
    option.textContent = card.number + ' ' + card.brand + ' ' + card.country + ': ' + word(card.approves ? 'approves' : 'declines');
    picker.appendChild(option);
  });
  picker.addEventListener('change', function () {
    if (!picker.value) { return; }
    field('cardNo').value = grouped(picker.value);
    field('expiry').value = expiry;
    field('cvv').value = '123';
    validate();
  });
}

function field(name) { return form.elements[name]; }

function grouped(text) {
  return text.replace(/\D/g, '').slice(0, 19).replace(/(\d{4})(?=\d)/g, '$1 ');
}

function shaped(input, shape) {
  input.addEventListener('input', function () {
    if (input.selectionStart === input.value.length) { input.value = shape(input.value); }
  });
}

// ---- checking the form

function fault(input, sentence) {
  var old = input.parentNode.querySelector('.fault');
  if (old) { old.parentNode.removeChild(old); }
  input.removeAttribute('aria-invalid');
  if (!sentence) { return true; }
  var line = document.createElement('span');
  line.className = 'fault';
  line.id = input.name + '-fault';
  line.setAttribute('role', 'alert');
  line.textContent = sentence;
  input.parentNode.appendChild(line);
  input.setAttribute('aria-invalid', 'true');
  input.setAttribute('aria-describedby', line.id);
  return false;
}

function isOver(month, year) {
  var now = new Date(session.queryResult.simulator.now);
  var last = 2000 + year;
  return last < now.getUTCFullYear() || (last === now.getUTCFullYear() && month < now.getUTCMonth() + 1);
}

function validate() {
  if (!session || !isCard()) { return true; }
  if (chosenSavedCard()) {
    var code = field('savedCvv');
    return fault(code, !needsCvv || /^\d{3,4}$/.test(code.value.trim()) ? '' : word('bad-cvv'));
  }
  var expiry = /^\s*(\d{1,2})\s*\/?\s*(?:20)?(\d{2})\s*$/.exec(field('expiry').value);
  var month = expiry ? Number(expiry[1]) : 0;
  var good = expiry && month >= 1 && month <= 12 && !isOver(month, Number(expiry[2]));
  var checks = [
    fault(field('cardNo'), /^\d{12,19}$/.test(field('cardNo').value.replace(/[ -]/g, '')) ? '' : word('bad-number')),
    fault(field('expiry'), good ? '' : word('bad-expiry')),
    fault(field('cvv'), /^\d{3,4}$/.test(field('cvv').value.trim()) ? '' : word('bad-cvv')),
  ];
  resize();
  return checks.indexOf(false) < 0;
}

function isCard() { return session.isCard; }
