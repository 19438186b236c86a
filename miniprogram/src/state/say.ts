import { wordsOf } from '@/api/errors'

/** A word that goes by itself. */
export function toast(words: string, done = false): void {
  void uni.showToast({ title: words, icon: done ? 'success' : 'none', duration: 2500 })
}

export function toastError(error: unknown): void {
  toast(wordsOf(error))
}

interface Question {
  title: string
  words: string
  act: string
}

/** Ask before what cannot be undone; resolves to whether to do it. */
export function confirm({ title, words, act }: Question): Promise<boolean> {
  return new Promise((resolve) => {
    uni.showModal({
      title,
      content: words,
      confirmText: act,
      cancelText: '再想想',
      confirmColor: '#c8102e',
      success: (answer) => resolve(answer.confirm),
      fail: () => resolve(false),
    })
  })
}

/** Do something that takes a while, with `words` over the page meanwhile. Passes on what it throws. */
export async function waitFor<T>(words: string, work: () => Promise<T>): Promise<T> {
  void uni.showLoading({ title: words, mask: true })
  try {
    return await work()
  } finally {
    uni.hideLoading()
  }
}

/** Let one of a few be chosen; resolves to null if none was. */
export function choose<T extends { title: string }>(few: T[]): Promise<T | null> {
  return new Promise((resolve) => {
    uni.showActionSheet({
      itemList: few.map(({ title }) => title),
      success: ({ tapIndex }) => resolve(few[tapIndex] ?? null),
      fail: () => resolve(null),
    })
  })
}
