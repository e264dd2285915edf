/* Waits for the result, three to five seconds in sight of the buyer, then without hurry. */

if (canRun()) {
  show(one('waiting'), true);
  show(one('processing'), false);
  awaitResult(one('result').getAttribute('data-status'), function () {
    window.location.reload();
  }, function () {
    show(one('waiting'), false);
    show(one('processing'), true);
  });
}
