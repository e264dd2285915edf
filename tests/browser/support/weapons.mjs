// Texts that try to become markup or script: every way out of a place in a page, with everything that could stand there.
// Where they are put, and what must not come of them, is left to the suites.

/** Ways out of the place in which a text may stand. */
const BREAKOUTS = [
  ['text', ''], ['double quote', '">'], ['single quote', "'>"], ['bare attribute', ' x=y>'], ['title', '</title>'],
  ['text area', '</textarea>'], ['script', '</script>'], ['style', '</style>'], ['comment', '-->'], ['svg', '</title></svg>'],
  ['no script', '</noscript>'],
];

/** What runs, loads or replaces something once it is markup. */
const PAYLOADS = [
  '<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '<svg/onload=alert(1)>', '<iframe srcdoc="<script>alert(1)</script>">',
  '<a href="javascript:alert(1)">x</a>', '<details open ontoggle=alert(1)>', '<meta http-equiv=refresh content="0;url=//x.example">',
  '<base href=//x.example>', '<form action=//x.example><button>x</button>', '<style>*{background:url(//x.example)}</style>',
  '<math><mi xlink:href="javascript:alert(1)">x', '<object data=//x.example>', '<link rel=stylesheet href=//x.example>',
  '<input autofocus onfocus=alert(1)>',
];

/** Ways into attributes and scripts without a bracket. */
const WITHOUT_BRACKETS = [
  '" autofocus onfocus="alert(1)', "' onmouseover='alert(1)", '"onload=alert(1) x="', '`onerror=alert(1)`', 'javascript:alert(1)',
  'jAvAsCrIpT&colon;alert(1)', 'data:text/html,<script>alert(1)</script>', "';alert(1)//", '\\";alert(1)//', '${alert(1)}',
  '{{constructor.constructor("alert(1)")()}}', '&lt;script&gt;alert(1)&lt;/script&gt;', '&#60;script&#62;alert(1)&#60;/script&#62;',
  '%3Cscript%3Ealert(1)%3C/script%3E', '\\u003cscript\\u003ealert(1)\\u003c/script\\u003e', '<!--', '<![CDATA[', '<?xml', ']]>',
];

/** The same in letters and signs that look alike, run backwards, are not seen, or end lines. */
const DRESSES = [
  (text) => text.replaceAll('<', '＜').replaceAll('>', '＞'),
  (text) => text.replaceAll('<', '+ADw-').replaceAll('>', '+AD4-'),
  (text) => `\u202e${text}\u202c`,
  (text) => text.replaceAll('<', '<\u200b'),
  (text) => `支付 платёж دفع ${text}`,
  (text) => text.replaceAll('a', '\u0430'),
  (text) => text.replaceAll('<', '<\t').replaceAll('=', '=\n'),
  (text) => `\u2028${text}\u2029\u0085`,
  (text) => `\u001b[31m\u0008\u007f${text}`,
  (text) => `\ufeff${text}\u{1f600}`,
];

/** At least 200 texts, each different. */
export const WEAPONS = [...new Set([
  ...BREAKOUTS.flatMap(([, way]) => PAYLOADS.map((payload) => way + payload)),
  ...WITHOUT_BRACKETS,
  ...DRESSES.flatMap((dress) => PAYLOADS.slice(0, 4).map(dress)),
])];
