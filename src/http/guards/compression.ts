import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { App } from '../types.ts';
import { addVary } from './headers.ts';

const compress = promisify<string, Buffer>(gzip);

/** Characters below which compression is not worth it: the response fits into one packet. */
const SMALLEST = 1_400;

/**
 * Compresses JSON for clients that accept gzip. Only responses to GET, none of which holds a secret: the length of a
 * compressed response can reveal a secret beside text that others choose (BREACH). Streams are sent as they are.
 */
export function compressJson(app: App): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const type = reply.getHeader('content-type');
    if (request.method !== 'GET' || typeof payload !== 'string') return payload;
    if (typeof type !== 'string' || !type.startsWith('application/json')) return payload;
    addVary(reply, 'Accept-Encoding');
    if (payload.length < SMALLEST || request.accepts().encoding(['gzip', 'identity']) !== 'gzip') return payload;
    const etag = reply.getHeader('etag');
    // A strong tag names one sequence of bytes.
    if (typeof etag === 'string' && !etag.startsWith('W/')) reply.header('etag', `W/${etag}`);
    reply.header('content-encoding', 'gzip').removeHeader('content-length');
    return compress(payload);
  });
}
