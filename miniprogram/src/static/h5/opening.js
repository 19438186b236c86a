// Until the app has come, its home page is seen as it was last: src/platform/opening.ts keeps it, and takes this away.
;(function () {
  var kept = JSON.parse(localStorage.getItem('shown') || '{}').data
  var screen = kept && kept.by && kept.by.screen
  var atHome = /^\/m\/(pages\/home\/home)?$/.test(location.pathname)
  if (!atHome || !screen || screen.styles !== document.querySelector('link[rel=stylesheet]').href) return
  document.documentElement.style.cssText = screen.root
  document.getElementById('opening').innerHTML = screen.html
})()
