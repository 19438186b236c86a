import { accepted } from './consents'
import { scaled } from './pictures'
import { AGREE_BUTTON, type ChosenFile, DOCUMENTS, LONGEST_EDGE, type Platform } from './types'

export const weixin: Platform = {
  name: 'weixin',
  origin: () => __API_ORIGIN__,
  givesPhone: true,
  knowsPerson: true,
  broughtCode: () => null,
  linkSecret: () => '',

  signInCode: () =>
    new Promise((resolve, reject) => {
      uni.login({
        provider: 'weixin',
        success: ({ code }) => resolve(code),
        fail: () => reject(new Error('微信没有答应登录，请再试一次')),
      })
    }),

  scan: () =>
    new Promise((resolve, reject) => {
      uni.scanCode({
        // A picture out of a chat is how one checks in from afar; the screen can always be scanned.
        onlyFromCamera: true,
        scanType: ['qrCode'],
        success: ({ result }) => resolve(result),
        fail: ({ errMsg }: { errMsg: string }) =>
          /cancel/.test(errMsg) ? resolve(null) : reject(new Error('没有扫到二维码，请对准后再扫一次')),
      })
    }),

  whenPrivacyNeeded: (ask) =>
    wx.onNeedPrivacyAuthorization?.((resolve) =>
      ask((agreed) => resolve(agreed ? { event: 'agree', buttonId: AGREE_BUTTON } : { event: 'disagree' })),
    ),
  notifies: true,
  handedOver: () => null,

  askToNotify: (tmplIds) =>
    new Promise((resolve) => {
      uni.requestSubscribeMessage({
        tmplIds,
        success: (answer) => resolve(accepted(tmplIds, answer)),
        fail: () => resolve([]),
      })
    }),

  openFile: async (url, name) => {
    const path = await downloaded(url)
    if (/\.(jpe?g|png)$/i.test(name)) return void uni.previewImage({ urls: [path] })
    await new Promise<void>((resolve, reject) => {
      const fileType = name.split('.').pop()?.toLowerCase() as 'pdf'
      uni.openDocument({
        filePath: path,
        fileType,
        showMenu: true,
        success: () => resolve(),
        fail: () => reject(new Error('这部手机打不开这种文件')),
      })
    })
  },

  handsOver: (name) => (opens(name) ? '打开' : '发到微信聊天'),
  handOver: (filePath, fileName) =>
    new Promise((resolve, reject) => {
      const done = {
        success: () => resolve(),
        fail: ({ errMsg }: { errMsg: string }) =>
          /cancel/.test(errMsg) ? resolve() : reject(new Error('没有打开成功，请再试一次')),
      }
      if (opens(fileName)) uni.openDocument({ filePath, fileType: 'xlsx', showMenu: true, ...done })
      else wx.shareFileMessage({ filePath, fileName, ...done })
    }),

  keepFile: null,

  choosePhotos: (count) =>
    new Promise((resolve, reject) => {
      uni.chooseMedia({
        count,
        mediaType: ['image'],
        // As it is: what is larger than needed is made smaller here, and nothing else.
        sizeType: ['original'],
        success: ({ tempFiles }) => resolve(Promise.all(tempFiles.map(({ tempFilePath }) => smaller(tempFilePath)))),
        fail: ({ errMsg }: { errMsg: string }) =>
          /cancel/.test(errMsg) ? resolve([]) : reject(new Error('没有选到照片，请检查相册权限')),
      })
    }),

  chooseFiles: async (count) => {
    const way = await picked(['从聊天记录选文件', '从相册选照片'])
    if (way === 0) return documents(count)
    if (way === null) return []
    const photos = await weixin.choosePhotos(count)
    return photos.map((path, index) => ({ path, name: `照片 ${index + 1}.${path.split('.').pop()}` }))
  },

  beginScreen: () => () => undefined,
  endOpening: () => undefined,
  stayAwake: (on) => uni.setKeepScreenOn({ keepScreenOn: on, fail: () => undefined }),
}

/** Which of these the person taps, by its place; null if none. */
function picked(itemList: string[]): Promise<number | null> {
  return new Promise((resolve) => {
    uni.showActionSheet({ itemList, success: ({ tapIndex }) => resolve(tapIndex), fail: () => resolve(null) })
  })
}

/** WeChat hands out documents from chats only. */
function documents(count: number): Promise<ChosenFile[]> {
  return new Promise((resolve) => {
    wx.chooseMessageFile({
      count,
      type: 'file',
      extension: DOCUMENTS,
      success: ({ tempFiles }) => resolve(tempFiles.map(({ path, name }) => ({ path, name }))),
      fail: () => resolve([]),
    })
  })
}

function downloaded(url: string): Promise<string> {
  const failed = () => new Error('附件没有下载成功，请再试一次')
  return new Promise((resolve, reject) => {
    uni.downloadFile({
      url,
      success: ({ statusCode, tempFilePath }) => (statusCode === 200 ? resolve(tempFilePath) : reject(failed())),
      fail: () => reject(failed()),
    })
  })
}

/** Whether WeChat shows such a file itself; an archive it can only pass on. */
function opens(name: string): boolean {
  return name.endsWith('.xlsx')
}

/** The picture no larger than needed; as it was if WeChat cannot read it or make it smaller. */
function smaller(src: string): Promise<string> {
  return new Promise((resolve) => {
    const asItIs = () => resolve(src)
    uni.getImageInfo({
      src,
      success: ({ width, height }) => {
        const to = scaled(width, height, LONGEST_EDGE)
        if (!to) return asItIs()
        uni.compressImage({
          src,
          quality: 80,
          compressedWidth: to.width,
          success: ({ tempFilePath }) => resolve(tempFilePath),
          fail: asItIs,
        })
      },
      fail: asItIs,
    })
  })
}
