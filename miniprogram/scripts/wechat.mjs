// A stand-in for WeChat in Node: loads the compiled app as WeChat does and plays its pages, for the tests.
import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createContext, runInContext } from 'node:vm'

export const WEIXIN = fileURLToPath(new URL('../dist/build/mp-weixin', import.meta.url))

const ASKED = [
  ...[
    'login',
    'request',
    'uploadFile',
    'scanCode',
    'requestSubscribeMessage',
    'chooseMedia',
    'getImageInfo',
    'compressImage',
  ],
  ...['navigateTo', 'switchTab', 'reLaunch', 'showToast', 'showLoading', 'hideLoading', 'setNavigationBarTitle'],
  ...['showActionSheet', 'chooseMessageFile'],
]

/**
 * A `wx` that keeps in `calls` what it is asked and answers what `answers` says: an object, or a function of what was
 * asked. `{ failure }` is a refusal.
 */
function standIn(calls, answers, storage) {
  const known = {
    getStorageSync: (key) => storage[key] ?? '',
    setStorageSync: (key, value) => (storage[key] = value),
    removeStorageSync: (key) => delete storage[key],
    getSystemInfoSync: () => ({ platform: 'devtools', SDKVersion: '3.8.0' }),
    getAppBaseInfo: () => ({ SDKVersion: '3.8.0', language: 'zh_CN' }),
    getWindowInfo: () => ({ windowWidth: 390 }),
    getDeviceInfo: () => ({ platform: 'ios' }),
    getLaunchOptionsSync: () => ({ query: {} }),
    getEnterOptionsSync: () => ({ query: {} }),
    onNetworkStatusChange: () => {},
    offNetworkStatusChange: () => {},
    canIUse: () => false,
  }
  const asked =
    (name) =>
    (options = {}) => {
      calls.push([name, options])
      const said = typeof answers[name] === 'function' ? answers[name](options) : answers[name]
      const { failure, ...answer } = said ?? {}
      if (failure) options.fail?.({ errMsg: `${name}:fail ${failure}` })
      else queueMicrotask(() => options.success?.(answer))
      return { onProgressUpdate: (tell) => tell({ progress: 50 }) }
    }
  return Object.assign(known, Object.fromEntries(ASKED.map((name) => [name, asked(name)])))
}

/** WeChat with the compiled app in it. `load` a module, `open` a page. */
export function wechat() {
  const calls = []
  const answers = {}
  const storage = {}
  const loaded = new Map()
  const app = {}
  const stack = []
  let defined

  const launch = (options) => {
    Object.assign(app, options)
    app.onLaunch?.({ path: '', query: {} })
  }
  const timers = { setTimeout, clearTimeout, setInterval, clearInterval, queueMicrotask }
  const context = createContext({
    ...timers,
    console,
    global: {},
    wx: standIn(calls, answers, storage),
    App: launch,
    Component: (options) => (defined = options),
    Page: (options) => (defined = options),
    Behavior: () => {},
    getApp: () => app,
    getCurrentPages: () => stack,
  })

  /** A module once, with `require`. */
  function load(name) {
    const path = join(WEIXIN, name)
    if (!loaded.has(path)) run(path)
    return loaded.get(path).exports
  }

  function run(path) {
    const module = { exports: {} }
    loaded.set(path, module)
    const body = runInContext(`(function (require, module, exports) {${readFileSync(path, 'utf-8')}\n})`, context, {
      filename: path,
    })
    body((name) => load(resolve(dirname(path), name).slice(WEIXIN.length + 1)), module, module.exports)
  }

  /** Open a page as WeChat does: created, attached, loaded with its query, shown. */
  function open(name, query = {}) {
    load('app.js')
    load(`${name}.js`)
    const page = new Opened(name, defined)
    stack.push(page.instance)
    page.begin(query)
    return page
  }

  /** What was asked of `wx.<name>`, without the callbacks. */
  const asked = (name) =>
    calls.filter(([called]) => called === name).map(([, { success, fail, complete, ...options }]) => options)

  return { answers, storage, load, open, asked, forget: () => calls.splice(0) }
}

const WORDS_OF = { '&quot;': '"', '&amp;': '&', '&lt;': '<', '&gt;': '>' }

/** A page that is open. Its WXML says which data holds the name of the method that an event calls. */
class Opened {
  constructor(name, options) {
    this.options = options
    this.wxml = readFileSync(join(WEIXIN, `${name}.wxml`), 'utf-8').replace(/&\w+;/g, (word) => WORDS_OF[word] ?? word)
    this.instance = {
      ...options.methods,
      is: name,
      route: name,
      options: {},
      properties: {},
      data: structuredClone(options.data ?? {}),
      setData: (changes, done) => {
        for (const [path, value] of Object.entries(changes)) put(this.instance.data, path, value)
        done?.()
      },
      triggerEvent: () => {},
      selectComponent: () => null,
      selectAllComponents: () => [],
      getRelationNodes: () => [],
    }
  }

  begin(query) {
    const { created, attached, ready } = this.options.lifetimes ?? this.options
    created?.call(this.instance)
    attached?.call(this.instance)
    this.instance.onLoad?.(query)
    this.instance.onShow?.()
    ready?.call(this.instance)
  }

  /** Tap the first button that says this. */
  tap(words) {
    const said = (text) => text.replace(/\{\{(\w+)\}\}/g, (_, place) => this.instance.data[place] ?? '')
    const button = this.wxml.match(/<button\b[^>]*>(?:(?!<\/button>).)*/gs)?.find((each) => said(each).includes(words))
    this.call(button, 'bindtap', { type: 'tap', detail: {} })
  }

  /** Have a component of the page tell it something. */
  emit(component, event, ...told) {
    const element = this.wxml.match(new RegExp(`<${component}\\b[^>]*>`))?.[0]
    this.call(element, `bind${event}`, { type: event, detail: { __args__: told } })
  }

  call(element, attribute, event) {
    const place = new RegExp(`${attribute}="\\{\\{([^}]+)\\}\\}"`).exec(element ?? '')?.[1]
    const method = place && this.instance.data[place]
    if (!method) throw new Error(`${this.instance.is} has nothing there: ${element} ${attribute} ${place}`)
    const target = { dataset: {}, id: '' }
    this.instance[method]({ ...event, target, currentTarget: target, timeStamp: Date.now() })
  }
}

/** Set `value` at a path of WeChat's, such as `h[0].a`. */
function put(data, path, value) {
  const steps = path.split(/[.[\]]+/).filter(Boolean)
  const last = steps.pop()
  const place = steps.reduce((at, step) => (at[step] ??= {}), data)
  place[last] = value
}
