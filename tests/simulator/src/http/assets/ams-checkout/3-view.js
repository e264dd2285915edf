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
