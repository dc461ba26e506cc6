// Shows push notifications; a click opens what they are about. It caches nothing, so the page is always the server's.

self.addEventListener('push', (event) => {
  const { title, body, tag, page, acknowledge_url: acknowledge } = event.data.json();
  const shown = self.registration.showNotification(title, {
    body,
    tag,
    // A message that replaces an earlier one about the same incident is announced, too.
    renotify: true,
    icon: '/icon-192.png',
    data: { page, acknowledge },
    actions: acknowledge === undefined ? [] : [{ action: 'acknowledge', title: 'Acknowledge' }],
  });
  event.waitUntil(shown);
});

self.addEventListener('notificationclick', (event) => {
  const { page, acknowledge } = event.notification.data;
  event.notification.close();
  event.waitUntil(show(event.action === 'acknowledge' ? acknowledge : new URL(page, self.location.origin).href));
});

/** Brings the window with this address to the front, or opens one. */
async function show(url) {
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const open = windows.find((one) => one.url === url);
  return open === undefined ? self.clients.openWindow(url) : open.focus();
}
