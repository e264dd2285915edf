// A merchant's page on an address of its own: mounts the component and writes down everything that it is told.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const OFFICIAL = createRequire(import.meta.url).resolve('@alipay/ams-checkout/dist/umd/ams-checkout.min.js');

/** Serves `/pay?sdk=official|stand-in` and `/result`. */
export async function startShop(simulator) {
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://shop');
    if (url.pathname === '/sdk.js') {
      response.setHeader('content-type', 'text/javascript');
      response.end(readFileSync(OFFICIAL));
    } else if (url.pathname === '/pay') {
      const script = url.searchParams.get('sdk') === 'official' ? '/sdk.js' : `${simulator.base}/_simulator/ams-checkout.js`;
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(page(script));
    } else if (url.pathname === '/result') {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end('<!doctype html><title>Result</title><h1>Thank you</h1>');
    } else {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  return {
    base: `http://127.0.0.1:${server.address().port}`,
    stop: () => new Promise((done) => { server.closeAllConnections(); server.close(done); }),
  };
}

function page(script) {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Shop</title>
<style>body { margin: 0; font-family: sans-serif } h1, #place { max-width: 30rem; margin: 1rem auto }</style>
<h1>Shop</h1>
<div id="place"></div>
<script src="${script}"></script>
<script>
  window.told = [];
  function note(name) {
    return function (data) { window.told.push({ name: name, data: data }); };
  }
  window.make = function (name, options) {
    window.app = new window[name](Object.assign({
      onEventCallback: note('event'), onError: note('error'), onClose: note('close'), onSizeChanged: note('size'),
      analytics: { enabled: false }
    }, options));
  };
  // Promises are written down as they end, so that a test can go on meanwhile.
  window.keep = function (name, promise) {
    promise.then(note(name), function (error) {
      window.told.push({ name: name + ' failed', data: { code: error && error.code, message: error && error.message } });
    });
  };
</script>
</html>`;
}
