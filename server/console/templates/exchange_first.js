// Stands in the page and sends the code before anything else is fetched; static/check_in.js takes the answer up.
(function () {
  if (!window.fetch || !window.AbortController || !/[?&](amp;)?t=/.test(location.search)) return;
  var end = new AbortController();
  setTimeout(function () { end.abort(); }, 15000);
  var asked = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ code: location.href }), signal: end.signal };
  window.scanned = { code: location.href, answer: fetch("/api/v1/check-in-tickets", asked) };
  window.scanned.answer.catch(function () {});
})();
