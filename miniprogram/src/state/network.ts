import { onMounted, onUnmounted } from 'vue'

interface Heard {
  isConnected: boolean
}

/** Do something each time the network comes back while this page or part is there. */
export function whenConnected(act: () => unknown): void {
  const hear = ({ isConnected }: Heard) => {
    if (isConnected) act()
  }
  onMounted(() => uni.onNetworkStatusChange(hear))
  onUnmounted(() => uni.offNetworkStatusChange(hear))
}
