// Amounts and times as people read them.
// Amounts stay text: they are never turned into numbers.

/** `{currency, value}` in smallest units as `SGD 42.00`. */
export function money(amount) {
  return amount ? `${amount.currency} ${major(amount.value, amount.currency)}` : "";
}

/** Smallest units as text of the major unit, grouped. */
export function major(units, currency) {
  const text = String(units ?? "");
  const sign = text.startsWith("-") ? "−" : "";
  const digits = text.replace("-", "");
  const places = decimals(currency);
  const padded = digits.padStart(places + 1, "0");
  const whole = padded.slice(0, padded.length - places).replace(/\B(?=(\d{3})+$)/g, ",");
  return sign + whole + (places ? `.${padded.slice(-places)}` : "");
}

function decimals(currency) {
  try {
    return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits;
  } catch {
    return 2;
  }
}

/** `2026-01-10T02:00:03.250Z` as `02:00:03`, with the day where it is not that of `now`. */
export function time(text, now) {
  if (!text) return "";
  const day = text.slice(0, 10);
  const clock = text.slice(11, 19);
  return now && now.slice(0, 10) === day ? clock : `${day} ${clock}`;
}

/** Milliseconds as `3 s`, `14 min`, `2 h`, `7 d`; two units where one would mislead. */
export function span(ms) {
  const units = [["d", 86_400_000], ["h", 3_600_000], ["min", 60_000], ["s", 1_000]];
  const rounded = Math.abs(ms);
  if (rounded < 1_000) return `${Math.round(rounded)} ms`;
  const first = units.findIndex(([, size]) => rounded >= size);
  const [name, size] = units[first];
  const whole = Math.floor(rounded / size);
  const next = units[first + 1];
  const rest = next ? Math.floor((rounded % size) / next[1]) : 0;
  return rest ? `${whole} ${name} ${rest} ${next[0]}` : `${whole} ${name}`;
}

export function plural(count, one, many = `${one}s`) {
  return `${count} ${count === 1 ? one : many}`;
}
