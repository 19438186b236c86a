import type { Ticket } from '@/api/check_in'

/** The id of the button with which a person agrees to WeChat's privacy guide; WeChat wants to know it. */
export const AGREE_BUTTON = 'agree-to-privacy'

/** A file on this phone: where `uploadFile` finds it, and what people call it. */
export interface ChosenFile {
  path: string
  name: string
}

/** A sign-in code in an address. `asked`: this tab has left for it; `bare`: nothing says who asked. */
export interface BroughtCode {
  code: string
  asked: boolean
  bare: boolean
}

/** What differs between WeChat and a browser. Everything else is one code. */
export interface Platform {
  name: 'weixin' | 'browser'
  /** What goes before a path of the server; a browser asks the server it came from. */
  origin(): string
  /** Whether WeChat can say here who the person is, after a tap or by itself. */
  knowsPerson: boolean
  /**
   * A code for POST /auth/wechat, or null where the person must say first who he is. WeChat's own browser leaves for
   * the
   * 公众号's authorization instead, which opens the sign-in page with a code; what this returns then never resolves.
   */
  signInCode(): Promise<string | null>
  /** The code that the address of the sign-in page brought, taken out of it; null where there is none. */
  broughtCode(): BroughtCode | null
  /** The secret of the one-time link by which this page was opened, given once; '' where there is none. */
  linkSecret(): string
  /** Whether `<button open-type="getPhoneNumber">` works here. */
  givesPhone: boolean
  /** Have `ask` called when WeChat's privacy guide must be agreed to before something can be used (phone number,
   * album). */
  whenPrivacyNeeded(ask: (answer: (agreed: boolean) => void) => void): void
  /** The text of a QR code, or null if the person thought better of it. Throws Error with words for him. */
  scan(): Promise<string | null>
  /** The ticket for which the page behind the QR has exchanged its code, given once; null where there is no such
   * page. */
  handedOver(): Ticket | null
  /** Whether messages can be agreed to here. */
  notifies: boolean
  /** Ask for consent to messages; only inside a tap, as its first call. Resolves to the accepted template ids. */
  askToNotify(templateIds: string[]): Promise<string[]>
  /** Show a file of the server's, whatever its kind. Throws Error with words for him. */
  openFile(url: string, name: string): Promise<void>
  /** What `handOver` does with a file of this name, as the words of a button. */
  handsOver(name: string): string
  /** Give a downloaded file to the person; only inside a tap. Throws Error with words for him. */
  handOver(path: string, name: string): Promise<void>
  /** Save a file given as a `data:` address; null where it could only go on into a chat. */
  keepFile: ((address: string, name: string) => void) | null
  /** Up to `count` pictures as paths that `uploadFile` takes, none larger than `LONGEST_EDGE`; [] if none was
   * chosen. */
  choosePhotos(count: number): Promise<string[]>
  /** Up to `count` files of the kinds that a notice may carry, photos among them; [] if none was chosen. */
  chooseFiles(count: number): Promise<ChosenFile[]>
  /** Begin to show the home page anew; what this returns keeps it, where the app can open with it next time. */
  beginScreen(): () => void
  /** The app's first page is on the screen: take away what stood in for it. */
  endOpening: () => void
  /** Keep the screen lit while a code is held up; where that is not possible, nothing is lost. */
  stayAwake: (on: boolean) => void
}

export const DOCUMENTS = ['pdf', 'doc', 'docx', 'xls', 'xlsx', 'ppt', 'pptx']
export const PICTURES = ['jpg', 'jpeg', 'png']

/** Pixels. Keeps a certificate legible and a photo below half a megabyte. */
export const LONGEST_EDGE = 2000
