// ES5, and before all else: a browser too old for our pages shows a sentence instead of an empty page.
// The oldest that can show them are Chrome 78 and iOS 13: docs/adr/0028-the-oldest-phones.md.
(function () {
  if (window.Promise && Promise.allSettled && window.AbortController && 'noModule' in document.createElement('script')) return;
  var words = document.getElementById('too-old').getAttribute('data-words');
  window.onload = function () {
    var said = document.createElement('p');
    said.setAttribute('role', 'alert');
    said.style.cssText = 'margin:0;padding:48px 24px;font:18px/1.7 sans-serif;color:#191919;background:#fff';
    said.appendChild(document.createTextNode(words));
    document.body.innerHTML = '';
    document.body.appendChild(said);
    document.body.style.background = '#fff';
  };
})();
