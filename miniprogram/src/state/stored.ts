/** What stays on this phone. A full or forbidden storage is no reason to stop: the value then lasts until the app
 * closes. */

export function stored<T>(key: string, otherwise: T): T {
  try {
    const value: unknown = uni.getStorageSync(key)
    return value === '' || value === undefined || value === null ? otherwise : (value as T)
  } catch {
    return otherwise
  }
}

export function store(key: string, value: unknown): void {
  try {
    uni.setStorageSync(key, value)
  } catch {
    // Nothing to do: see above.
  }
}

export function forget(key: string): void {
  try {
    uni.removeStorageSync(key)
  } catch {
    // Nothing to do: see above.
  }
}
