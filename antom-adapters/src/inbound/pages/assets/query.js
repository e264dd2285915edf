/*
 * Whether the buyer may have paid already: a mark that all tabs of this browser see, and the question that is shown
 * instead of the button while it stands.
 */

var told = JSON.parse(one('checkout').getAttribute('data-told'));
var memory = null;

function isMarked() {
  try {
    return Boolean(window.localStorage.getItem(told.mark)) || Boolean(memory);
  } catch (refused) {
    return Boolean(memory);
  }
}

function mark(is) {
  memory = is ? '1' : null;
  try {
    if (is) { window.localStorage.setItem(told.mark, String(new Date().getTime())); } else { window.localStorage.removeItem(told.mark); }
  } catch (refused) {
    /* Where nothing can be kept, this page alone remembers. */
  }
}

function say(name) { one('say').textContent = name ? told.texts[name] : ''; }

/* Once: another way there would stop the one that has begun. */
var isLeaving = false;

function toResult() {
  if (isLeaving) { return; }
  isLeaving = true;
  window.location.assign(told.result);
}

var stopAsking = null;
var focusBefore = null;

function closeQuestion() {
  if (stopAsking) { stopAsking(); }
  stopAsking = null;
  show(one('ask'), false);
  if (focusBefore && focusBefore.focus) { focusBefore.focus(); }
}

/* `goOn` is called where the buyer has not paid and may still do so with what is here; `open` is what is said then. */
function question(goOn, open) {
  if (stopAsking) { return; }
  var text = one('ask-text');
  focusBefore = document.activeElement;
  text.textContent = told.texts.askingText;
  show(one('ask-busy'), true);
  show(one('ask-on'), false);
  show(one('ask'), true);
  one('ask-sheet').focus();
  one('ask-on').onclick = function () {
    closeQuestion();
    mark(false);
    goOn();
  };
  stopAsking = awaitResult(told.status, toResult, function () {
    /* The server alone knows whether a payment is under way. */
    ask('POST', told.session, null, function (answer) {
      if (!stopAsking) { return; }
      if (answer && answer.stand === 'over') { return toResult(); }
      text.textContent = told.texts[answer && answer.stand === 'payable' && open ? open : 'stillOpen'];
      show(one('ask-busy'), false);
      show(one('ask-on'), Boolean(answer && answer.stand === 'payable'));
    });
  });
}

/* Focus stays in the question while it is there. */
one('ask').addEventListener('keydown', function (event) {
  if (event.keyCode !== 9) { return; }
  var all = one('ask').querySelectorAll('a[href], button');
  var reachable = [];
  for (var i = 0; i < all.length; i += 1) {
    if (!all[i].hidden) { reachable.push(all[i]); }
  }
  var edge = event.shiftKey ? reachable[0] : reachable[reachable.length - 1];
  if (document.activeElement === edge || document.activeElement === one('ask-sheet')) {
    (event.shiftKey ? reachable[reachable.length - 1] : reachable[0]).focus();
    event.preventDefault();
  }
});
