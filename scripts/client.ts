// Generates web/api/schema.ts from the routes of the app: `npm run client`.
import { writeFileSync } from 'node:fs';
import { IN_MEMORY, openStorage } from '../src/compose/storages.ts';
import { createServer } from '../src/compose.ts';
import { loadConfig } from '../src/config/config.ts';
import { documentOf } from '../src/http/document/openapi.ts';
import { clientTypes } from './client-types.ts';

const FILE = new URL('../web/api/schema.ts', import.meta.url);

const server = await createServer(loadConfig({ LOG_LEVEL: 'silent' }), await openStorage(IN_MEMORY));
await server.app.ready();
writeFileSync(FILE, clientTypes(documentOf(server.app)));
await server.close();
