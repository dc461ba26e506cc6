/** Push notifications to this browser. */

/** What a server needs to send a message to this browser. */
export interface PushSettings {
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
}

/** Whether this browser can get push notifications here: they require HTTPS, or the own machine. */
export function hasPush(): boolean {
  return 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window;
}

/**
 * Asks the user for permission, and subscribes.
 *
 * @param readKey fetches the public key of the server
 * @throws Error if the user refuses, or the push service of the browser cannot be reached
 */
export async function subscribeToPush(readKey: () => Promise<string>): Promise<PushSettings> {
  // First of all: browsers ask only while they handle a click.
  if ((await Notification.requestPermission()) !== 'granted') {
    throw new Error('Notifications are blocked for this page. Allow them in the settings of your browser.');
  }
  const applicationServerKey = await readKey();
  await navigator.serviceWorker.register('/service-worker.js');
  const { pushManager } = await navigator.serviceWorker.ready;
  const options = { userVisibleOnly: true, applicationServerKey };
  const subscription = await pushManager.subscribe(options).catch(async (error: unknown) => {
    const earlier = await pushManager.getSubscription();
    if (earlier === null) throw error;
    // It is for another key: the server has a new one.
    await earlier.unsubscribe();
    return pushManager.subscribe(options);
  });
  const { endpoint = '', keys: { p256dh = '', auth = '' } = {} } = subscription.toJSON();
  return { endpoint, p256dh, auth };
}
